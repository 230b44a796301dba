"""Suppression: no hidden count of a grid can be told from those that are shown."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wangge_core.data_care.suppression import Parts, shown

Tree = Mapping[int, Sequence[int]]
Cell = tuple[int, str]
"""A grid and what of it: `whole`, `first` or `second` part, of the grid and all below it."""


@st.composite
def towns(draw: st.DrawFn) -> tuple[Tree, dict[int, Parts]]:
    """A tree of at most eleven grids and two parts of the people in each alone, most of them few."""
    parents = [draw(st.integers(0, grid - 1)) for grid in range(1, draw(st.integers(1, 11)))]
    children: dict[int, list[int]] = {}
    for grid, parent in enumerate(parents, 1):
        children.setdefault(parent, []).append(grid)
    few = st.sampled_from((0, 0, 0, 1, 2, 3, 4, 5, 6, 9, 20))
    return children, {grid: (draw(few), draw(few)) for grid in range(len(parents) + 1)}


def whole_of(children: Tree, alone: Mapping[int, Parts], grid: int) -> Parts:
    below = [whole_of(children, alone, one) for one in children.get(grid, ())]
    return tuple(sum(values) for values in zip(alone[grid], *below, strict=True))


def published(children: Tree, alone: Mapping[int, Parts], smallest: int) -> tuple[dict[int, Parts], set[Cell]]:
    """The true counts, and the cells that are shown: of wholes, and of the parts of some of them."""
    counts = {grid: whole_of(children, alone, grid) for grid in alone}
    wholes = shown(children, [0], {grid: (sum(parts),) for grid, parts in counts.items()}, smallest)
    parts = shown(children, [0], counts, smallest, among=wholes)
    return counts, {(grid, "whole") for grid in wholes} | {(grid, name) for grid in parts for name in ("first", "second")}


def sums(children: Tree, alone: Mapping[int, Parts]) -> Iterator[dict[Cell, int]]:
    """What everybody knows: whole and parts, and that a grid is what is in it alone and in those below it. Each comes to nothing."""
    for grid in alone:
        yield {(grid, "whole"): 1, (grid, "first"): -1, (grid, "second"): -1}
        for name in ("first", "second"):
            below = {(one, name): -1 for one in children.get(grid, ())}
            yield {(grid, name): 1, (grid, f"alone {name}"): -1} | below


def derived(children: Tree, alone: Mapping[int, Parts], known: set[Cell]) -> set[Cell]:
    """All cells that follow from the known ones by adding and subtracting: linear algebra, with fractions.

    That nobody at all stands in a grid beside those below it is taken as known, as it usually is.
    """
    empty = [grid for grid, own in alone.items() if grid in children and not any(own)]
    nobody_alone = {(grid, f"alone {name}") for grid in empty for name in ("first", "second")}
    rows = [
        {cell: Fraction(factor) for cell, factor in one.items() if cell not in known | nobody_alone}
        for one in sums(children, alone)
    ]
    solved: list[dict[Cell, Fraction]] = []
    while rows:
        row = rows.pop()
        if not row:
            continue
        pivot, by = next(iter(row.items()))
        row = {cell: factor / by for cell, factor in row.items()}
        rows = [_without(one, pivot, row) for one in rows]
        solved = [_without(one, pivot, row) for one in solved] + [row]
    return {next(iter(one)) for one in solved if len(one) == 1}


def _without(row: dict[Cell, Fraction], pivot: Cell, by: dict[Cell, Fraction]) -> dict[Cell, Fraction]:
    factor = row.get(pivot, Fraction(0))
    found = {cell: row.get(cell, Fraction(0)) - factor * by.get(cell, Fraction(0)) for cell in {*row, *by}} if factor else row
    return {cell: value for cell, value in found.items() if value}


@given(towns(), st.integers(3, 6))
def test_no_hidden_count_follows_from_the_shown_ones(town: tuple[Tree, dict[int, Parts]], smallest: int) -> None:
    children, alone = town
    _, cells = published(children, alone, smallest)
    hidden = {(grid, name) for grid in alone for name in ("whole", "first", "second")} - cells
    assert not hidden & derived(children, alone, cells)


@given(towns(), st.integers(3, 6))
def test_no_small_count_is_shown(town: tuple[Tree, dict[int, Parts]], smallest: int) -> None:
    counts, cells = published(*town, smallest)
    values = {"whole": sum, "first": lambda parts: parts[0], "second": lambda parts: parts[1]}
    assert all(values[name](counts[grid]) >= smallest for grid, name in cells)  # type: ignore[operator]


@given(towns())
def test_where_no_count_is_small_all_are_shown(town: tuple[Tree, dict[int, Parts]]) -> None:
    children, alone = town
    many = {grid: (0, 0) if grid in children else (own[0] + 5, own[1] + 5) for grid, own in alone.items()}
    assert len(published(children, many, 5)[1]) == 3 * len(alone)


SMALL_TOWNS = {
    "a_small_grid_beside_two_large_ones": [(1, 2), (5, 2), (4, 4)],
    "an_empty_grid": [(0, 0), (6, 3), (4, 3)],
    "two_small_grids": [(2, 1), (1, 2), (6, 6)],
    "one_part_is_small": [(1, 5), (5, 5), (4, 3)],
    "all_are_small": [(1, 1), (1, 2), (2, 1)],
}


@pytest.mark.parametrize("grids", SMALL_TOWNS.values(), ids=SMALL_TOWNS)
def test_every_hidden_count_can_be_at_least_two_numbers(grids: list[Parts]) -> None:
    """Tried out: all towns of three grids with the same shown numbers, of people who are never fewer than none."""
    children: Tree = {0: [1, 2, 3]}
    counts, cells = published(children, {0: (0, 0)} | dict(enumerate(grids, 1)), 3)
    first, second = counts[0]
    possible: dict[Cell, set[int]] = {}
    for firsts, seconds in product(_sums(first), _sums(second)):
        world = {0: counts[0]} | dict(enumerate(zip(firsts, seconds, strict=True), 1))
        if all(_value(world, cell) == _value(counts, cell) for cell in cells):
            for grid, name in product((1, 2, 3), ("whole", "first", "second")):
                possible.setdefault((grid, name), set()).add(_value(world, (grid, name)))
    assert {cell for cell, numbers in possible.items() if len(numbers) == 1} <= cells


def _sums(total: int) -> Iterator[tuple[int, int, int]]:
    return ((a, b, total - a - b) for a in range(total + 1) for b in range(total - a + 1))


def _value(counts: Mapping[int, Parts], cell: Cell) -> int:
    grid, name = cell
    return sum(counts[grid]) if name == "whole" else counts[grid][name == "second"]


def test_the_smallest_other_count_is_hidden_with_a_small_one() -> None:
    counts: dict[int, Parts] = {0: (100,), 1: (3,), 2: (60,), 3: (37,)}
    assert shown({0: [1, 2, 3]}, [0], counts, 5) == {0, 2}


def test_who_stands_in_no_grid_below_is_not_told_by_the_rest() -> None:
    counts: dict[int, Parts] = {0: (102,), 1: (60,), 2: (40,)}
    assert shown({0: [1, 2]}, [0], counts, 5) == {0, 1}
