"""Why a row of a file was not taken, where the reason lies in the file. What operations refuse is in `wangge_core.refusals`."""

from wangge_core.errors import Refusal
from wangge_core.refusals import MESSAGES, message

ROW_MESSAGES: dict[str, tuple[str, str]] = {
    "ROW_RAGGED": ("该行有 {found} 列，表头有 {expected} 列。", "The row has {found} columns, the header {expected}."),
    "ROW_UNREADABLE": ("该行不是有效的 CSV：{reason}", "The row is no CSV: {reason}"),
    "NUL_BYTE": ("该行含有空字符（NUL）。", "The row holds a NUL character."),
    "KEY_REQUIRED": ("该行没有编号。", "The row has no number of its own."),
    "TIME_REQUIRED": ("该行没有时间。", "The row has no time."),
    "TIME_INVALID": ("无法识别时间 {value}。", "The time {value} fits none of the formats."),
    "TIME_AMBIGUOUS": ("时间 {value} 符合多种格式，且含义不同。", "The time {value} fits several formats with different meanings."),
    "TIME_SKIPPED": ("时间 {value} 因夏令时并不存在。", "The time {value} does not exist: the clocks went forward."),
    "TIME_REPEATED": ("时间 {value} 因夏令时出现两次。", "The time {value} came twice: the clocks went back."),
    "DATE_INVALID": ("无法识别日期。", "The day fits none of the formats."),
    "DATE_AMBIGUOUS": ("日期符合多种格式，且含义不同。", "The day fits several formats with different meanings."),
    "UNIT_REQUIRED": ("该行有楼栋而没有房号。", "The row names a building and no unit in it."),
    "CLOSED_BEFORE_REPORTED": ("结案时间早于上报时间。", "It was closed before it was reported."),
    "VALUE_UNKNOWN": ("映射中没有 {column} 的取值 {value}。", "The mapping does not say what {value} in {column} means."),
    "NUMBER_INVALID": ("{value} 不是数字。", "{value} is not a number."),
    "KIND_REQUIRED": ("该行没有类别。", "The row has no kind."),
    "KIND_INCOMPLETE": ("类别缺少上级 {column}。", "The kind lacks its wider {column}."),
    "KIND_TOO_LONG": ("类别编号 {id} 过长。", "The kind's id {id} is too long."),
    "CONDITION_REQUIRED": ("该行没有立案条件。", "The row has no filing condition."),
    "LIMIT_SPELLING": ("映射中没有时限写法 {limit}。", "The mapping does not say what the time limit {limit} means."),
    "LIMIT_TWICE": ("该类别的立案条件“{condition}”出现两次。", "The kind has the filing condition “{condition}” twice."),
    "PLACE_REQUIRED": ("该行没有地点。", "The row has no place."),
    "GRID_NOT_FOUND": ("找不到网格 {name}。", "There is no grid {name}."),
    "GRID_AMBIGUOUS": ("名称 {name} 对应多个网格：{codes}。", "{name} may be any of these grids: {codes}."),
    "BOUNDARY_TWICE": ("第 {line} 个要素已是该网格的边界。", "The feature {line} is the boundary of this grid already."),
    "PARENT_CYCLE": ("区划 {division} 的上级关系形成循环。", "The parents of the division {division} go round in a circle."),
    "DIVISION_DIFFERS": (
        "编码 {division} 已有区划，名称为 {name}。",
        "The code {division} is there already, under the name {name}.",
    ),
}


def row_message(refusal: Refusal, language: str) -> str:
    """What to show for a refusal of a row, in the viewer's language."""
    if refusal.code in MESSAGES:
        return message(refusal, language)
    zh, en = ROW_MESSAGES[refusal.code]
    return (en if language == "en" else zh).format_map(refusal.values)
