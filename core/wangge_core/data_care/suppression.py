"""Suppression: which cells of a table of counts over a tree of grids are shown, so that no small one can be told from the others.

The rule is that of statistical disclosure control for tables with totals: a minimum frequency (primary suppression of what lies below
it), and secondary, or complementary, suppression, so that what is hidden does not follow from totals. Rounding alone would not do: of a
rounded total and its exact parts the hidden part follows again. Source: Hundepool and others, Statistical Disclosure Control (2012),
chapter 4, and the handbook on SDC of the European Statistical System, minimum frequency rule.

What is hidden of a grid is hidden of all below it. So each hidden cell stands in one sum alone, that of a shown grid with the cells right
below it (its own remainder, of what stands in no grid below it, among them); and of these either none is hidden, or two or more that
together reach the minimum. Then each of them can be at least two numbers.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

Parts = tuple[int, ...]
"""Counts that add up to a whole, such as those who live somewhere for good and for a time; a whole alone is its one part."""


def shown(
    children: Mapping[int, Sequence[int]],
    roots: Iterable[int],
    counts: Mapping[int, Parts],
    smallest: int,
    *,
    among: Collection[int] | None = None,
) -> set[int]:
    """The grids whose parts are all shown. `counts` are those of a grid and all below it; `among` are grids whose whole is shown.

    Of a grid that is not among them nothing is shown; what parts are in a whole is shown all together or not at all.
    """

    def small(grid: int) -> bool:
        return min(counts[grid]) < smallest or (among is not None and grid not in among)

    found = {root for root in roots if not small(root)}
    waiting = list(found)
    while waiting:
        grid = waiting.pop()
        below = children.get(grid, ())
        hidden = _hidden(below, counts, _remainder(counts[grid], [counts[one] for one in below]), small, smallest)
        kept = [one for one in below if one not in hidden]
        found.update(kept)
        waiting.extend(kept)
    return found


def _remainder(whole: Parts, below: Sequence[Parts]) -> Parts:
    """What stands in a grid and in none below it."""
    return tuple(total - sum(one[place] for one in below) for place, total in enumerate(whole))


def _hidden(
    below: Sequence[int], counts: Mapping[int, Parts], rest: Parts, small: Callable[[int], bool], smallest: int
) -> set[int]:
    """Which cells right below a shown grid are hidden. The remainder is in no cell of its own, so it is hidden where it is anything."""
    hidden = {one for one in below if small(one)}
    rests = [rest] if any(rest) and below else []
    if not hidden and not rests:
        return hidden
    for one in sorted((one for one in below if one not in hidden), key=lambda one: (sum(counts[one]), one)):
        if _is_safe([*(counts[other] for other in hidden), *rests], smallest):
            break
        hidden.add(one)
    return hidden


def _is_safe(cells: Sequence[Parts], smallest: int) -> bool:
    """Two cells or more that together reach the minimum in every part."""
    return len(cells) > 1 and all(sum(values) >= smallest for values in zip(*cells, strict=True))
