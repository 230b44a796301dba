"""Ordering: in which order the changes of a call are done, whatever order they were sent in."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from wangge_core.sync.changes import Change


def ordered(changes: Sequence[Change]) -> list[int]:
    """The places of changes, as they were captured, and each after all of this call that it needs. What needs itself, through others too,
    stands where it was captured, and is told to wait there."""
    by_time = sorted(range(len(changes)), key=lambda place: _key(changes[place]))
    places: dict[str, int] = {}
    for place in reversed(by_time):
        places[changes[place].client_id] = place
    found: dict[int, None] = {}
    for place in by_time:
        _put(place, changes, places, found)
    return list(found)


def _key(change: Change) -> tuple[datetime, str]:
    return change.captured_at, change.client_id


def _put(place: int, changes: Sequence[Change], places: Mapping[str, int], found: dict[int, None]) -> None:
    """Put a change after those that it needs, without recursion: chains may be as long as a call."""
    waiting, begun = [place], set[int]()
    while waiting:
        one = waiting[-1]
        needed = [places[id] for id in changes[one].needs if id in places]
        missing = [other for other in needed if other not in found and other not in begun]
        if one in begun or not missing:
            found[waiting.pop()] = None
        if missing and one not in begun:
            begun.add(one)
            waiting += reversed(missing)
