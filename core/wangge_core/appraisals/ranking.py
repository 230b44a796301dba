"""Ranking: from the best score down, equal scores on the same rank; who is named best and last."""

from collections.abc import Mapping, Sequence
from enum import auto

from wangge_core.plugin.declarations.labels import Choice

NAMED = 3
"""The ranks from the top, and from the bottom, that a circular can name."""


class InCircular(Choice):
    """As what a circular names somebody."""

    BEST = auto(), "表扬"
    LAST = auto(), "通报"


def ranks(scores: Mapping[int, float | None]) -> dict[int, int]:
    """The rank of each key, from 1: one more than how many are better, so that after two first ones comes a third. Without a score: 0."""
    known = sorted((one for one in scores.values() if one is not None), reverse=True)
    first = {value: at for at, value in reversed(list(enumerate(known, start=1)))}
    return {key: 0 if one is None else first[one] for key, one in scores.items()}


def named(ranked: Mapping[int, int]) -> dict[int, InCircular]:
    """Who is among the best three and the last three. Who is among the best is never last; ties stay together."""
    known = {key: rank for key, rank in ranked.items() if rank}
    best = {key for key, rank in known.items() if rank <= NAMED}
    last = {key for key, rank in known.items() if _from_the_end(rank, list(known.values())) <= NAMED} - best
    return dict.fromkeys(best, InCircular.BEST) | dict.fromkeys(last, InCircular.LAST)


def _from_the_end(rank: int, all_ranks: Sequence[int]) -> int:
    return 1 + sum(other > rank for other in all_ranks)
