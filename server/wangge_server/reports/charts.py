"""Charts: where bars and lines stand in a drawing, in its units; the template writes them as SVG."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wangge_server.reports.figures import Part

WIDTH = 640
ROW, THICK, LABELS = 22, 7, 180
HEIGHT, LEFT, TOP, BOTTOM = 200, 44, 10, 24
TICKS = 5
MOST_BARS = 15
SHOWN = 14
"""How many characters of a label stand beside a bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Two bars above each other, of the month and of the one before, in a row that begins at `top`."""

    part: Part
    shown: str
    top: int
    now: float
    before: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Bars of parts, with room for them."""

    width: int
    height: int
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line of the scale at `y`, and what it stands for."""

    y: float
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Two lines, as points of a polyline, above a scale; and every fifth label below."""

    width: int
    height: int
    left: int
    now: str
    before: str
    ticks: Sequence[Tick]
    labels: Sequence[tuple[float, str]]


def bars_of(parts: Sequence[Part]) -> Bars:
    """The first parts as bars; the longest fills the width."""
    shown = parts[:MOST_BARS]
    most = max((max(one.now, one.before) for one in shown), default=0) or 1
    room = WIDTH - LABELS - 50
    bars = [
        Bar(
            part=one,
            shown=one.label if len(one.label) <= SHOWN else f"{one.label[: SHOWN - 1]}…",
            top=ROW * number,
            now=round(room * one.now / most, 1),
            before=round(room * one.before / most, 1),
        )
        for number, one in enumerate(shown)
    ]
    return Bars(width=WIDTH, height=ROW * len(bars), bars=bars)


def lines_of(parts: Sequence[Part]) -> Lines:
    """Parts that follow each other as lines."""
    scale = list(_scale(max((max(one.now, one.before) for one in parts), default=0)))
    most, low = scale[-1], HEIGHT - BOTTOM
    step = (WIDTH - LEFT - 10) / max(1, len(parts) - 1)

    def x(number: int) -> float:
        return round(LEFT + step * number, 1)

    def y(value: float) -> float:
        return round(low - (low - TOP) * value / most, 1)

    return Lines(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        now=" ".join(f"{x(number)},{y(one.now)}" for number, one in enumerate(parts)),
        before=" ".join(f"{x(number)},{y(one.before)}" for number, one in enumerate(parts)),
        ticks=[Tick(y=y(value), value=value) for value in scale],
        labels=[(x(number), one.label) for number, one in enumerate(parts) if number % 5 == 0],
    )


def _scale(most: int) -> Iterator[int]:
    """Round numbers from 0 to no less than the most."""
    rough = max(1, most) / TICKS
    power = 10 ** math.floor(math.log10(rough)) if rough >= 1 else 1
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    yield from range(0, step * math.ceil(max(1, most) / step) + 1, step)
