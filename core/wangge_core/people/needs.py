"""Needs: why a person gets attention, by which law, and until when. Never for ever, and gone from every read when its day has passed.

A person may decline what is offered: the need ends, and nothing follows from it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import auto
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_optional_text, check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import CHUNK, Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.people.children import is_child
from wangge_core.people.need_terms import check_opened, check_term
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.needs_seen import need_rule
from wangge_core.rights.viewers import Viewer

MOST_REASON, MOST_AGREEMENT = 400, 200


class NeedEnding(Choice):
    """How a need came to its end."""

    NO_LONGER = auto(), "不再需要"
    DECLINED = auto(), "本人谢绝"
    MISTAKEN = auto(), "登记有误"
    RENEWED = auto(), "已续期"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNeed:
    """A need to set. `until_on` is its last day; `legal_basis` may be left to the deployment where it names one for the kind.

    `guardian_agreement` says where the agreement of a child's guardian is kept, such as the number of a paper.
    """

    person_id: int
    kind_id: str
    reason: str
    legal_basis: str | None = None
    from_on: date | None = None
    until_on: date | None = None
    guardian_agreement: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedEnd:
    """A need to end now. The person, or a child's guardian, can only decline."""

    need_id: int
    ending: NeedEnding = NeedEnding.NO_LONGER
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRenewal:
    """A need to set again from today: reason, basis and agreement are named anew, and the earlier one ends."""

    need_id: int
    reason: str
    legal_basis: str | None = None
    until_on: date | None = None
    guardian_agreement: str | None = None


async def set_needs(work: Work, viewer: Viewer, requests: Sequence[NewNeed]) -> list[Outcome]:
    """Set needs. For REGISTER_NEEDS over the person's grid, and of sensitive kinds for the roles that the deployment names."""
    persons = await _persons(work, [request.person_id for request in requests])
    await _lock(work, list(persons))
    present = await _present(work, persons)
    refusals: list[list[Refusal]] = []
    rows: list[dict[str, Any]] = []
    for request in requests:
        person = persons.get(request.person_id)
        if person is None or not _knows(viewer, person):
            refusals.append([refusal("NOT_FOUND", "personId", what="Person", id=request.person_id)])
            continue
        found = list(_check(work, viewer, request, person))
        if (request.person_id, request.kind_id) in present and not found:
            found.append(refusal("NEED_ALREADY_SET", "kindId"))
        if not found:
            present.add((request.person_id, request.kind_id))
            rows.append(_row(work, viewer, request, person))
        refusals.append(found)
    ids = iter(await _insert(work, rows))
    return [Outcome(refusals=only_right(found)) if found else Outcome(id=next(ids)) for found in refusals]


async def renew_needs(work: Work, viewer: Viewer, requests: Sequence[NeedRenewal]) -> list[Outcome]:
    """Set needs again, one after the other. The outcome names the new need; the earlier one ends with it."""
    return [await _renew(work, viewer, request) for request in requests]


async def _renew(work: Work, viewer: Viewer, request: NeedRenewal) -> Outcome:
    need = await _seen(work, viewer, request.need_id)
    if need is None:
        return refused("NOT_FOUND", "id", what="Need", id=request.need_id)
    persons = await _persons(work, [need.person_id])
    again = NewNeed(
        person_id=need.person_id,
        kind_id=need.kind_id,
        reason=request.reason,
        legal_basis=request.legal_basis,
        until_on=request.until_on,
        guardian_agreement=request.guardian_agreement,
    )
    found = list(_check(work, viewer, again, persons[need.person_id]))
    if found:
        return Outcome(refusals=only_right(found))
    await _close(work, need, NeedEnding.RENEWED, None)
    (id,) = await _insert(work, [_row(work, viewer, again, persons[need.person_id])])
    return Outcome(id=id)


async def end_needs(work: Work, viewer: Viewer, requests: Sequence[NeedEnd]) -> list[Outcome]:
    """End needs, one after the other. The outcomes name the persons: the needs themselves are in no read any more."""
    return [await _end(work, viewer, request) for request in requests]


async def _end(work: Work, viewer: Viewer, request: NeedEnd) -> Outcome:
    need = await _seen(work, viewer, request.need_id)
    if need is None:
        return refused("NOT_FOUND", "id", what="Need", id=request.need_id)
    found = list(check_optional_text(request.reason, "reason", most=MOST_REASON))
    declines = need.person_id in viewer.own_person_ids and request.ending is NeedEnding.DECLINED
    if not declines and not viewer.may(Capability.REGISTER_NEEDS, need.path):
        found.append(refusal("NOT_ALLOWED", "id"))
    if request.ending is NeedEnding.RENEWED:
        found.append(refusal("NEED_ENDING_INVALID", "ending"))
    if found:
        return Outcome(refusals=only_right(found))
    await _close(work, need, request.ending, request.reason)
    work.announce("need.ended", need.id, need.grid_id)
    return Outcome(id=need.person_id)


def _check(work: Work, viewer: Viewer, request: NewNeed, person: sa.Row[Any]) -> Iterator[Refusal]:
    """All that is wrong with a need of a person that the viewer knows of."""
    if not viewer.may(Capability.REGISTER_NEEDS, person.path):
        yield refusal("NOT_ALLOWED", "personId")
    yield from check_text(request.reason, "reason", most=MOST_REASON)
    yield from check_optional_text(request.guardian_agreement, "guardianAgreement", most=MOST_AGREEMENT)
    kind = work.rules.registry.need_kinds.get(request.kind_id)
    if kind is None:
        yield refusal("KIND_UNKNOWN", "kindId", id=request.kind_id)
        return
    yield from check_opened(work.rules, viewer, kind, person.path)
    if _basis(work, request) is None:
        yield refusal("REQUIRED", "legalBasis")
    yield from check_optional_text(request.legal_basis, "legalBasis", most=MOST_REASON)
    today = work.today
    child = kind.children or is_child(person.born_on, today)
    if child and request.guardian_agreement is None:
        yield refusal("GUARDIAN_AGREEMENT_REQUIRED", "guardianAgreement")
    yield from check_term(kind, request.from_on or today, request.until_on, today, child=child)


def _basis(work: Work, request: NewNeed) -> str | None:
    opened = work.rules.opened_needs.get(request.kind_id)
    return request.legal_basis if request.legal_basis is not None else opened and opened.legal_basis


def _row(work: Work, viewer: Viewer, request: NewNeed, person: sa.Row[Any]) -> dict[str, Any]:
    assert request.until_on is not None, "check_term refuses a need without an end"
    over = request.until_on + timedelta(days=1)
    acting = (post.id for post in viewer.posts if Capability.REGISTER_NEEDS in post.may and post.stands_over(person.path))
    return {
        "person_id": request.person_id,
        "grid_id": person.grid_id,
        "kind_id": request.kind_id,
        "reason": request.reason.strip(),
        "legal_basis": (_basis(work, request) or "").strip(),
        "guardian_agreement": request.guardian_agreement,
        "from_on": request.from_on or work.today,
        "until_on": request.until_on,
        "ends_at": datetime.combine(over, time(), work.rules.zone),
        "set_by_id": next(acting, None),
        "created_at": work.now,
    }


async def _insert(work: Work, rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    ids = list(await work.reserve_ids(t.need, len(rows)))
    await work.insert(t.need, [{"id": id, **row} for id, row in zip(ids, rows, strict=True)])
    for id, row in zip(ids, rows, strict=True):
        work.announce("need.set", id, row["grid_id"])
    return ids


async def _close(work: Work, need: sa.Row[Any], ending: NeedEnding, reason: str | None) -> None:
    await work.run(sa.update(t.need).where(t.need.c.id == need.id).values(ends_at=work.now, ending=ending.value, end_reason=reason))


def _knows(viewer: Viewer, person: sa.Row[Any]) -> bool:
    """Whether the viewer may know that the person is there."""
    return any(viewer.may(one, person.path) for one in (Capability.READ_PEOPLE, Capability.REGISTER_NEEDS))


async def _persons(work: Work, ids: Iterable[int]) -> Mapping[int, sa.Row[Any]]:
    person, grid = t.person, t.grid
    path = sa.select(grid.c.path).where(grid.c.id == person.c.grid_id).scalar_subquery().label("path")
    return await work.by_ids((person.c.grid_id, person.c.born_on, path), person.c.id, ids, person.c.removed_at.is_(None))


async def _lock(work: Work, person_ids: Sequence[int]) -> None:
    """Let nobody else set needs of these persons before this transaction ends; on SQLite nobody else writes anyway."""
    for start in range(0, 0 if work.on_sqlite else len(person_ids), CHUNK):
        chunk = t.person.c.id.in_(person_ids[start : start + CHUNK])
        await work.rows(sa.select(t.person.c.id).where(chunk).order_by(t.person.c.id).with_for_update(key_share=True))


async def _present(work: Work, person_ids: Iterable[int]) -> set[tuple[int, str]]:
    """Which (person, kind) have a need now."""
    need, ids, found = t.need, list(person_ids), set[tuple[int, str]]()
    for start in range(0, len(ids), CHUNK):
        running = (need.c.person_id.in_(ids[start : start + CHUNK]), need.c.ends_at > work.now)
        found |= {
            (row.person_id, row.kind_id) for row in await work.rows(sa.select(need.c.person_id, need.c.kind_id).where(*running))
        }
    return found


async def _seen(work: Work, viewer: Viewer, need_id: int) -> sa.Row[Any] | None:
    """A need that the viewer may see, locked against other writers."""
    need, grid = t.need, t.grid
    query = (
        sa.select(need.c.id, need.c.person_id, need.c.kind_id, need.c.grid_id, grid.c.path)
        .join(grid, grid.c.id == need.c.grid_id)
        .where(need.c.id == need_id, need_rule(need, BoundViewer(viewer, moment=work.now)))
    )
    return await work.first(query if work.on_sqlite else query.with_for_update(of=need))
