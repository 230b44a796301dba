"""Opening: what a deployment says when it switches on a kind that is off by itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedNeed:
    """A sensitive kind of needs that is switched on: by which law, for whose eyes, and for how many months an ended need is kept."""

    legal_basis: str
    roles: tuple[str, ...]
    keep_months: int
