"""How long the urban kinds may take by filing condition: orders of magnitude as local standards publish them. A town imports its own."""

from wangge_core.plugin import Continuous, Limit, WorkingDays, WorkingHours

EXPOSED_GARBAGE = (Limit("usual", WorkingHours(4), zh="一般情形", closed_when="垃圾清运"),)
OVERFLOWING_BIN = (Limit("usual", WorkingHours(4), zh="一般情形", closed_when="垃圾清空"),)
SHOPFRONT_DUTY = (Limit("usual", WorkingHours(4), zh="一般情形", closed_when="整改到位"),)
STREET_VENDING = (Limit("usual", Continuous(hours=2), zh="一般情形", closed_when="清理完毕"),)
PARKING = (
    Limit("bicycles", WorkingHours(2), zh="自行车、共享单车乱停放", en="Bicycles and shared bicycles", closed_when="摆放整齐"),
    Limit("blocking", Continuous(hours=2), zh="堵塞道路或出入口", en="Blocks a road or an entrance", closed_when="车辆移走"),
)
ROAD_DAMAGE = (
    Limit("surface", WorkingDays(5), zh="坑洞、裂缝、错台", en="Hole, crack or step", closed_when="修复"),
    Limit("subsidence", Continuous(hours=2), zh="路面沉陷", closed_when="采取安全措施，围挡并设警示标志"),
    Limit("subsidence_repair", WorkingDays(5), zh="路面沉陷（险情排除后）", en="Subsidence, once it is safe", closed_when="修复"),
)
MANHOLE_COVER = (
    Limit(
        "dangerous",
        Continuous(hours=2),
        zh="缺失、移位或危险破损",
        en="Missing, moved, or broken with danger",
        closed_when="复位或围挡",
    ),
    Limit("broken", WorkingDays(1), zh="破损", closed_when="更换"),
    Limit("rattling", WorkingDays(2), zh="异响", closed_when="修复"),
    Limit("sunk_surround", WorkingDays(5), zh="周边沉降", closed_when="修复"),
)
# A lamp that was never there has no limit: the case becomes a project.
STREET_LAMP = (
    Limit("dangerous", WorkingDays(1), zh="电线裸露、灯杆倾斜", en="Bare wire or leaning", closed_when="修复"),
    Limit("dark", WorkingDays(2), zh="单灯不亮", en="One lamp dark", closed_when="恢复照明"),
    Limit("wrong_hours", WorkingHours(2), zh="启闭时间不当", closed_when="调整到位"),
)
CONSTRUCTION_DUST = (Limit("usual", WorkingHours(2), zh="一般情形", closed_when="停止并整改"),)
OPEN_BURNING = (Limit("usual", Continuous(hours=2), zh="一般情形", closed_when="制止并清理"),)
NOISE = (
    Limit("shop_or_site", Continuous(hours=2), zh="商铺、工地噪声", en="Shop or building site", closed_when="制止"),
    Limit("other", WorkingDays(2), zh="其他噪声", en="Other noise", closed_when="整改到位"),
)
FIRE_LANE = (Limit("usual", WorkingHours(2), zh="一般情形", closed_when="清理完毕"),)
EBIKE_CHARGING = (Limit("usual", WorkingHours(4), zh="一般情形", closed_when="消除隐患"),)
PIPE_BURST = (
    Limit("water_leak", Continuous(hours=1), zh="供水管漏水", en="Water leak", closed_when="止水，现场安全"),
    Limit("gas", Continuous(hours=1), zh="燃气管", en="Gas", closed_when="安全，围挡"),
    Limit("road_sunk", WorkingDays(5), zh="路面塌陷", closed_when="修复"),
)
