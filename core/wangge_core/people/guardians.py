"""Guardians: persons of the register who answer for a child. Whom the viewer does not see cannot be named."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.people.children import OF_AGE, age
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import person_rule

Guardians = Mapping[int, sa.Row[Any]]


async def guardians_of(work: Work, viewer: Viewer, ids: Sequence[Any]) -> Guardians:
    """The persons that the viewer sees, by id, with their date of birth. What is no number is passed over."""
    wanted = [id for id in ids if isinstance(id, int)]
    return await work.by_ids((t.person.c.born_on,), t.person.c.id, wanted, person_rule(t.person, BoundViewer(viewer)))


def check_guardian(
    guardians: Guardians, guardian_id: int | None, agreed_on: date | None, today: date, *, of: int | None = None
) -> Iterator[Refusal]:
    """The guardian is somebody else on the register, and of age; the agreement does not lie in the future. `of` is the child."""
    guardian = None if guardian_id is None else guardians.get(guardian_id)
    if guardian_id is not None and (guardian is None or guardian_id == of):
        yield refusal("GUARDIAN_UNKNOWN", "guardianId")
    elif guardian is not None and guardian.born_on is not None and age(guardian.born_on, today) < OF_AGE:
        yield refusal("GUARDIAN_UNDERAGE", "guardianId")
    if agreed_on is not None and agreed_on > today:
        yield refusal("IN_THE_FUTURE", "guardianAgreedOn")
