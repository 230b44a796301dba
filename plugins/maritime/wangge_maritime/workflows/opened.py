"""The kinds that moves of the maritime workflows open. They are looked up when asked for, because kinds point at workflows."""

from wangge_core.plugin import EventKind


def vessel_overdue() -> EventKind:
    """A vessel that did not come in, or gave no answer."""
    return _kind("vessel_overdue")


def distress() -> EventKind:
    """A vessel in distress."""
    return _kind("distress")


def _kind(name: str) -> EventKind:
    from wangge_maritime.kinds import EVENT_KINDS  # noqa: PLC0415 - the two modules point at each other

    return next(kind for kind in EVENT_KINDS if kind.name == name)
