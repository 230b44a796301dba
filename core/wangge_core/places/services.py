"""What a place does for people who come: each service with the papers that it needs and what it costs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from wangge_core.checking import check_optional_text, check_text
from wangge_core.errors import Refusal, refusal

MOST_SERVICES, MOST_PAPERS = 100, 30
MOST_FEN = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service by name. `fee_fen` is in hundredths of a yuan: 0 where it is free, None where nothing is said."""

    name: str
    papers: tuple[str, ...] = ()
    fee_fen: int | None = None
    note: str | None = None


def check_services(services: Sequence[Service], field: str = "services") -> Iterator[Refusal]:
    """Every service has a name of its own, papers with names, and no fee below nothing."""
    if len(services) > MOST_SERVICES:
        yield refusal("OUT_OF_RANGE", field, least=0, most=MOST_SERVICES)
    seen: set[str] = set()
    for index, one in enumerate(services):
        at = f"{field}.{index}"
        yield from check_text(one.name, f"{at}.name", most=80)
        if one.name.strip() in seen:
            yield refusal("NAME_TAKEN", f"{at}.name", name=one.name)
        seen.add(one.name.strip())
        if len(one.papers) > MOST_PAPERS:
            yield refusal("OUT_OF_RANGE", f"{at}.papers", least=0, most=MOST_PAPERS)
        for number, paper in enumerate(one.papers):
            yield from check_text(paper, f"{at}.papers.{number}", most=80)
        if one.fee_fen is not None and not 0 <= one.fee_fen <= MOST_FEN:
            yield refusal("OUT_OF_RANGE", f"{at}.feeFen", least=0, most=MOST_FEN)
        yield from check_optional_text(one.note, f"{at}.note", most=400)


def stored_services(services: Sequence[Service]) -> list[dict[str, Any]]:
    """The services as plain data."""
    return [
        {"name": one.name.strip(), "papers": [paper.strip() for paper in one.papers], "fee_fen": one.fee_fen, "note": one.note}
        for one in services
    ]
