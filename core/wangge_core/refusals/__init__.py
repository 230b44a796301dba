"""The messages of refusals, by stable code, in Chinese and English. A code, once published, keeps its meaning."""

from wangge_core.errors import Refusal
from wangge_core.refusals import field_work, general

MESSAGES: dict[str, tuple[str, str]] = general.MESSAGES | field_work.MESSAGES


def message(refusal: Refusal, language: str) -> str:
    """What to show for a refusal, in the viewer's language."""
    zh, en = MESSAGES[refusal.code]
    return (en if language == "en" else zh).format_map(refusal.values)
