"""Counting: the figures that a run needs, from the room of indicators, for everybody who is appraised in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from wangge_core.appraisals.scoring import Counted
from wangge_core.appraisals.standing import Appraisee
from wangge_core.db.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Figures of these indicators for everybody in `of`, from the first day to the last, both counted, on the ground of a grid."""

    indicators: Sequence[str]
    of: Sequence[Appraisee]
    first: date
    last: date
    ground_id: int


Figures = Mapping[Appraisee, Mapping[str, Counted]]
"""By who is appraised and by indicator; what has no figure is not there."""


class Counting(Protocol):
    """What counts figures. Tests bring their own."""

    async def __call__(self, work: Work, wanted: Wanted, /) -> Figures: ...
