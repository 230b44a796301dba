"""The stations of the town: when they are open, and what they do for people with which papers."""

from random import Random

from wangge_core.places.opening_hours import WEEKDAYS, OpeningHours, Weekday, WeekdaySpan
from wangge_core.places.services import Service


def _weekly(days: tuple[Weekday, ...], *spans: tuple[str, str], next_day: bool = False) -> tuple[WeekdaySpan, ...]:
    return tuple(WeekdaySpan(weekday=day, opens=opens, closes=closes, next_day=next_day) for day in days for opens, closes in spans)


OFFICE_DAYS, WEEKEND = WEEKDAYS[:5], WEEKDAYS[5:]
COUNTER = OpeningHours(
    weekly=(
        *_weekly(OFFICE_DAYS, ("08:30", "12:00"), ("14:00", "17:30")),
        *_weekly((Weekday.SATURDAY,), ("09:00", "12:00")),
    )
)
DAYTIME = OpeningHours(weekly=_weekly(WEEKDAYS, ("08:00", "18:00")))
ALWAYS = OpeningHours(weekly=_weekly(WEEKDAYS, ("00:00", "24:00")))
NIGHT = OpeningHours(weekly=_weekly(WEEKDAYS, ("18:00", "08:00"), next_day=True))

HOURS = {
    "community.grid_station": COUNTER,
    "community.studio": COUNTER,
    "community.guard_room": ALWAYS,
    "scenic.security_kiosk": DAYTIME,
    "scenic.information_point": DAYTIME,
    "scenic.information_desk": DAYTIME,
    "scenic.first_aid_point": DAYTIME,
    "rural.village_office": COUNTER,
    "maritime.watch_desk": NIGHT,
}

ERRANDS = (
    Service(name="居住登记", papers=("身份证", "租房合同或房产证"), fee_fen=0),
    Service(name="高龄津贴申请", papers=("身份证", "户口簿", "银行卡"), fee_fen=0),
    Service(name="邻里纠纷调解", papers=(), fee_fen=0, note="双方自愿。"),
    Service(name="老年人优待证代办", papers=("身份证", "一寸照片两张"), fee_fen=0, note="行动不便者可上门办理。"),
)
SERVICES = {
    "community.grid_station": ERRANDS,
    "rural.village_office": ERRANDS[:2],
    "community.guard_room": (Service(name="电动自行车防盗登记", papers=("身份证", "购车发票"), fee_fen=0),),
    "scenic.information_desk": (
        Service(name="失物招领", papers=("身份证",), fee_fen=0),
        Service(name="轮椅借用", papers=("身份证",), fee_fen=0),
    ),
    "scenic.first_aid_point": (Service(name="伤口处理", fee_fen=0),),
}


def hours_of(kind_id: str) -> OpeningHours | None:
    """When a place of this kind is open; None where it is not staffed."""
    return HOURS.get(kind_id)


def services_of(kind_id: str) -> tuple[Service, ...]:
    return SERVICES.get(kind_id, ())


def contact_of(kind_id: str, dice: Random) -> str | None:
    """A telephone that is nobody's."""
    return f"000-{dice.randrange(10**8):08d}" if kind_id in HOURS else None
