"""Photographs of the fictional town: a handful of drawings, which everybody who answers with a photograph has taken as their own."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from PIL import Image, ImageDraw

from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.evidence.cleaning import Cleaned, Sizes, clean
from wangge_core.evidence.receiving import Placed, note
from wangge_core.rights.viewers import Viewer

SIZE = (480, 360)
SKIES = ("#bcd7ea", "#dfe7ea", "#f3d9b1")
GROUNDS = ("#8f8b80", "#7d9a6d", "#5f87a3")
TAKEN = "picture"
"""In an answer, in place of an attachment: the number of the drawing that it will be of."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A drawing as it is kept."""

    file: Cleaned
    placed: Placed


def shots_of(ask: str) -> range:
    """The numbers of the drawings that fit an ask: what is done looks whole, all else broken."""
    return range(len(SKIES), 2 * len(SKIES)) if ask.endswith("after") else range(len(SKIES))


async def make_shots(deployment: Deployment) -> list[Shot]:
    """Draw the photographs, and keep their bytes where the deployment keeps files."""
    shots: list[Shot] = []
    for whole in (False, True):
        for sky, ground in zip(SKIES, GROUNDS, strict=True):
            written = io.BytesIO()
            _drawing(sky, ground, whole=whole).save(written, "PNG")
            file = clean(written, "image/png", Sizes(), deployment.clock(), deployment.rules.zone)
            shots.append(Shot(file, await _placed(deployment, file)))
    return shots


def _drawing(sky: str, ground: str, *, whole: bool) -> Image.Image:
    """A wall with a window under a sky: cracked, or mended."""
    picture = Image.new("RGB", SIZE, sky)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 250, 480, 360), fill=ground)
    draw.rectangle((110, 110, 370, 290), fill="#d8cdbb", outline="#6b6257", width=4)
    draw.rectangle((150, 150, 220, 220), fill="#9fc3d6", outline="#6b6257", width=3)
    if whole:
        draw.rectangle((270, 150, 330, 290), fill="#7b5f45")
    else:
        draw.line([(260, 110), (285, 165), (262, 205), (300, 290)], fill="#3c342c", width=5)
        draw.ellipse((300, 285, 420, 325), fill="#4a5a4c")
    return picture


async def _placed(deployment: Deployment, file: Cleaned) -> Placed:
    placed = Placed(object=f"demo/{file.digest[:32]}.png", thumbnail=f"demo/{file.digest[:32]}.small.png")
    if deployment.files is not None:
        await deployment.files.store.put(placed.object, file.content)
        await deployment.files.store.put(placed.thumbnail or "", file.thumbnail or b"")
    return placed


async def photographed(work: Work, viewer: Viewer, answers: Mapping[str, Any], shots: Sequence[Shot]) -> dict[str, Any]:
    """The answers with an attachment of the viewer's in place of every drawing."""
    found = dict(answers)
    for name, answer in answers.items():
        items = cast("list[Any]", answer) if isinstance(answer, list) else []
        taken: list[Shot] = [shots[one[TAKEN]] for one in items if TAKEN in one]
        if taken:
            found[name] = [{"attachment": (await note(work, viewer, one.file, one.placed))[0]} for one in taken]
    return found
