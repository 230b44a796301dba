"""The messages of refusals, by stable code, in Chinese and English. A code, once published, keeps its meaning."""

from wangge_core.errors import Refusal

MESSAGES: dict[str, tuple[str, str]] = {
    "NOT_ALLOWED": ("您无权在此执行该操作。", "You may not do this here."),
    "NOT_SIGNED_IN": ("请先登录。", "Sign in first."),
    "ID_INVALID": ("{id} 不是 {what} 的全局编号。", "{id} is no global id of a {what}."),
    "CONFLICT": ("与同时进行的另一操作冲突，请重试。", "Somebody wrote the same at this moment; try again."),
    "IDEMPOTENCY_KEY_REUSED": ("该幂等键已用于另一请求。", "This idempotency key was used for another request."),
    "NOT_FOUND": ("找不到{what} {id}。", "There is no {what} {id}."),
    "REQUIRED": ("此项必填。", "This is required."),
    "TEXT_UNSTORABLE": ("含有无法保存的字符。", "This holds characters that cannot be stored."),
    "TOO_LONG": ("最多 {most} 个字符。", "At most {most} characters."),
    "BLANK": ("不能为空。", "This must not be blank."),
    "OUT_OF_RANGE": ("应在 {least} 与 {most} 之间。", "This must lie between {least} and {most}."),
    "IN_THE_FUTURE": ("时间不能晚于现在。", "This lies in the future."),
    "POSITION_INVALID": (
        "位置无效：经度 -180 至 180，纬度 -90 至 90，且不能为 (0, 0)。",
        "Not a position: longitude −180 to 180, latitude −90 to 90, and not (0, 0).",
    ),
    "CODE_INVALID": ("编码 {code} 不符合规则（{scheme}）。", "The code {code} does not fit the scheme ({scheme})."),
    "CODE_TAKEN": ("编码 {code} 已被使用。", "The code {code} is taken."),
    "CODE_NOT_BELOW_PARENT": ("编码 {code} 不在上级 {parent} 之下。", "The code {code} does not belong below {parent}."),
    "LEVEL_REQUIRED": ("该编码不含层级，请指明层级。", "This code does not say its level; give one."),
    "LEVEL_MISMATCH": ("编码 {code} 的层级是 {level}。", "The code {code} stands for the level {level}."),
    "GRID_TYPE_UNKNOWN": ("没有启用网格类型 {id}。", "No enabled plugin has the grid type {id}."),
    "GRID_TYPE_OVERLAY": ("{id} 是叠加图层的类型。", "{id} is a type for overlays."),
    "STAFFING_UNKNOWN": ("网格类型 {type} 没有配备模板 {id}。", "The grid type {type} has no staffing template {id}."),
    "KIND_UNKNOWN": ("没有启用类别 {id}。", "No enabled plugin or catalogue has the kind {id}."),
    "KIND_RETIRED": ("类别 {id} 已停用。", "The kind {id} is retired."),
    "KIND_OTHER_WORKFLOW": (
        "类别 {id} 的流程不同，不能改为该类别。",
        "The kind {id} has another workflow; the event cannot change to it.",
    ),
    "DETAILS_UNEXPECTED": ("类别 {id} 没有专有字段。", "The kind {id} has no details."),
    "DETAILS_OF_OTHER_KIND": ("所填专有字段不属于类别 {id}。", "These are not the details of the kind {id}."),
    "DETAILS_REQUIRED": ("类别 {id} 需要专有字段。", "The kind {id} needs details."),
    "DETAILS_INVALID": ("{reason}", "{reason}"),
    "ROLE_UNKNOWN": ("没有启用岗位 {id}。", "No enabled plugin has the role {id}."),
    "NAME_TAKEN": ("名称 {name} 已被使用。", "The name {name} is taken."),
    "LOGIN_TAKEN": ("登录名 {login} 已被使用。", "The login {login} is taken."),
    "LOGIN_INVALID": ("登录名只能包含字母、数字和 . _ @ -。", "A login has letters, digits and . _ @ - only."),
    "TERM_INVALID": ("结束时间不能早于开始时间。", "The end cannot come before the start."),
    "POST_NOT_STARTED": ("该岗位任期尚未开始。", "This post has not started yet."),
    "POST_ENDED": ("该岗位任期已结束。", "This post has already ended."),
    "GRID_OVERLAY": ("{code} 属于叠加图层，请指明基础网格。", "{code} belongs to an overlay; name a grid of the base layer."),
    "GRID_OF_PLACE_DIFFERS": ("所填地点不在网格 {code} 内。", "The place that you name is not in the grid {code}."),
    "INVOLVEMENT_UNKNOWN": ("类别 {id} 没有相关方 {role}。", "The kind {id} involves nobody as {role}."),
    "INVOLVEMENT_SORT": ("相关方 {role} 应为：{sorts}。", "What is involved as {role} must be: {sorts}."),
    "INVOLVEMENT_REQUIRED": ("缺少相关方 {role}。", "Somebody or something must be involved as {role}."),
    "INVOLVEMENT_ONE": ("相关方 {role} 只能有一个。", "Only one can be involved as {role}."),
    "MOVE_UNKNOWN": ("流程 {workflow} 没有动作 {move}。", "The workflow {workflow} has no move {move}."),
    "MOVE_NOT_FROM_STAGE": (
        "事件处于“{stage}”环节，不能执行该动作。",
        "The event stands at “{stage}”; this move does not start there.",
    ),
    "MOVE_ROLE": ("该动作须由以下岗位执行：{roles}。", "This move is for: {roles}."),
    "MOVE_NOT_ASSIGNED": ("事件交给了其他部门。", "The event was given to another office."),
    "MOVE_BY_DOER": ("完成处置的人不能自行核查。", "Whoever did the work may not verify it."),
    "MOVE_STRAIGHT_BACK": ("刚退回的事项不能原样再推出。", "What was just sent back may not be pushed on."),
    "MOVE_TO_RETURNER": ("不能再交给刚退回的部门或岗位。", "Not to whoever just returned it."),
    "MOVE_ONCE": ("该动作只能执行一次。", "This move can be made only once."),
    "MOVE_TOO_LATE": ("已超过可执行该动作的期限。", "The time for this move has passed."),
    "EVENT_CHANGED": (
        "事件已变化：现版本 {version}，环节“{stage}”。",
        "The event has changed: it is at version {version}, stage “{stage}”.",
    ),
    "ANSWER_REQUIRED": ("请填写“{label}”。", "“{label}” is asked for."),
    "ANSWER_UNEXPECTED": ("该动作不需要 {name}。", "This move does not ask for {name}."),
    "ANSWER_TYPE": ("“{label}”的形式应为 {type}。", "“{label}” must be given as {type}."),
    "ANSWER_AMBIGUOUS": ("“{name}”应只给一种形式的值。", "Give “{name}” one value, in one form."),
    "ANSWER_TOO_FEW": ("“{label}”至少需要 {least} 项。", "“{label}” needs at least {least}."),
    "EVENT_DUPLICATE": ("{source} 的 {key} 已登记。", "{key} of {source} is already there."),
    "DUPLICATE": ("{key} 已登记。", "{key} is already there."),
}


def message(refusal: Refusal, language: str) -> str:
    """What to show for a refusal, in the viewer's language."""
    zh, en = MESSAGES[refusal.code]
    return (en if language == "en" else zh).format_map(refusal.values)
