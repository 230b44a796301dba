"""Mutations of divisions."""

from collections.abc import Mapping
from typing import Any

import strawberry

from wangge_core.changing import KEEP
from wangge_core.divisions.applying import DivisionApplication, apply_divisions
from wangge_core.divisions.changes import ChangeKind, DivisionChange, Part, PostTo
from wangge_core.divisions.proposing import (
    DivisionEdit,
    DivisionWithdrawal,
    NewDivision,
    propose_divisions,
    update_divisions,
    withdraw_divisions,
)
from wangge_core.divisions.undoing import DivisionUndoing, undo_divisions
from wangge_core.grids.codes import GridLevel
from wangge_schema.scalars import JSON, DateTime
from wangge_schema.types.divisions import Division
from wangge_schema.writing.changes import SEEN
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.grids import BOUNDARY
from wangge_schema.writing.inputs import DETAILS, TEXT, optional, required
from wangge_schema.writing.payloads import key_of


@strawberry.input(description="A grid that a change leaves: a new one by its code, or with MOVE_BOUNDARY a present one by its id.")
class DivisionPartInput:
    code: str | None = optional("The code of a new grid. Codes of grids that have ended are not used again.")
    grid_id: strawberry.ID | None = optional("The grid that gets another boundary.")
    name: str | None = optional("The name of a new grid, at most 200 characters.")
    type_id: strawberry.ID | None = optional("Its grid type; that of the first grid that ends unless given.")
    level: GridLevel | None = optional("Its level, where the code does not say it; that of the first grid that ends unless given.")
    parent_code: str | None = optional(
        "The grid that it is part of, which may be new itself; that of the grids that end unless given."
    )
    staffing_id: strawberry.ID | None = optional("The staffing template.")
    geometry: JSON | None = optional("Its boundary as GeoJSON: a Polygon or MultiPolygon, or a Feature of one.")
    system: str | None = optional("What the numbers of the geometry mean, such as `WGS84` or `GCJ-02`; as for `gridSetBoundary`.")
    repair: bool | None = optional("Whether to mend the geometry, as for `gridSetBoundary`.")
    building_ids: list[strawberry.ID] | None = optional("Buildings that belong to it wherever they stand.")
    child_ids: list[strawberry.ID] | None = optional("Grids below those that end which become part of it.")


@strawberry.input(description="Where a post of a grid that ends goes on.")
class DivisionPostInput:
    post_id: strawberry.ID = required("The post.")
    code: str | None = optional("The code of the part; the post ends where it is left out.")


@strawberry.input(description="One change of a division.")
class DivisionChangeInput:
    kind: ChangeKind = required("What is done.")
    grid_ids: list[strawberry.ID] | None = optional("The grids that it is about: those that end, or the one that is set anew.")
    parts: list[DivisionPartInput] | None = optional("What comes after them.")
    rest: str | None = optional("The code of the part to which all goes that neither building nor position places.")
    posts: list[DivisionPostInput] | None = optional(
        "Where posts of the grids that end go on. The others go to the only part, and end where there are several."
    )
    name: str | None = optional("With RENAME the new name.")
    code: str | None = optional("With RE_CODE the new code.")
    parent_code: str | None = optional("With RE_PARENT the code of the grid that it becomes part of.")


@strawberry.input(description="A division to propose. Nothing is changed by it.")
class DivisionProposeInput:
    parent_grid_id: strawberry.ID = required("The ground: only grids below it are changed.")
    name: str = required("Its name, at most 200 characters.")
    changes: list[DivisionChangeInput] = required("The changes, at most 1,000; no grid is in two that end it or draw it anew.")


@strawberry.input(description="New values of a division that is not in force; what is left out stays as it is.")
class DivisionUpdateInput:
    name: str | None = optional("Its name, at most 200 characters.")
    changes: list[DivisionChangeInput] | None = optional("All its changes, in place of those that it has.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="A division that is not to be applied.")
class DivisionWithdrawInput:
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="A division to put into force.")
class DivisionApplyInput:
    at: DateTime | None = optional("When; now unless it lies in the future.")
    force: str | None = optional("Why it is applied although it leaves faults of coverage; without it such a division is refused.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="A division that is to be in force no more.")
class DivisionUndoInput:
    reason: str = required("Why, at most 400 characters.")
    expected_version: int | None = optional(SEEN)


def _change(given: Given, at: str) -> DivisionChange:
    values = {name: given[name] for name in ("rest", "name", "code", "parent_code") if name in given}
    return DivisionChange(
        kind=ChangeKind(given["kind"]),
        grid_ids=_keys(given, "grid_ids", "Grid", f"{at}.gridIds"),
        parts=tuple(_part(one, f"{at}.parts.{place}") for place, one in enumerate(given.get("parts") or ())),
        posts=tuple(
            PostTo(post_id=key_of(one["post_id"], "Post", f"{at}.posts.{place}.postId"), code=one.get("code"))
            for place, one in enumerate(given.get("posts") or ())
        ),
        **values,
    )


def _part(given: Given, at: str) -> Part:
    names = ("code", "name", "type_id", "parent_code", "staffing_id", "geometry", "system", "repair")
    values: dict[str, Any] = {name: given[name] for name in names if name in given}
    return Part(
        grid_id=key_of(given["grid_id"], "Grid", f"{at}.gridId") if given.get("grid_id") else None,
        level=GridLevel(given["level"]) if given.get("level") else None,
        building_ids=_keys(given, "building_ids", "Building", f"{at}.buildingIds"),
        child_ids=_keys(given, "child_ids", "Grid", f"{at}.childIds"),
        **values,
    )


def _keys(given: Given, name: str, prefix: str, at: str) -> tuple[int, ...]:
    return tuple(key_of(one, prefix, at) for one in given.get(name) or ())


def _changes(given: Mapping[str, Any]) -> list[DivisionChange]:
    return [_change(one, f"changes.{place}") for place, one in enumerate(given["changes"])]


def _new(_: str, given: Given, __: Any) -> NewDivision:
    return NewDivision(grid_id=key_of(given["parent_grid_id"], "Grid", "parentGridId"), name=given["name"], changes=_changes(given))


def _edit(id: str, given: Given, _: Any) -> DivisionEdit:
    return DivisionEdit(
        id=key_of(id, "Division", "id"),
        expected_version=given.get("expected_version"),
        name=given.get("name", KEEP),
        changes=_changes(given) if "changes" in given else KEEP,
    )


def _withdrawal(id: str, given: Given, _: Any) -> DivisionWithdrawal:
    return DivisionWithdrawal(id=key_of(id, "Division", "id"), expected_version=given.get("expected_version"))


def _application(id: str, given: Given, _: Any) -> DivisionApplication:
    return DivisionApplication(id=key_of(id, "Division", "id"), **given)


def _undoing(id: str, given: Given, _: Any) -> DivisionUndoing:
    return DivisionUndoing(id=key_of(id, "Division", "id"), **given)


PROPOSED = (
    *TEXT,
    *DETAILS,
    *BOUNDARY,
    "GRID_OVERLAY",
    "GRID_ENDED",
    "OUT_OF_RANGE",
    "DIVISION_SHAPE",
    "DIVISION_GROUND",
    "DIVISION_TWICE",
    "DIVISION_UNPLACED",
    "PARENT_BELOW_ITSELF",
    "DUPLICATE",
    "CODE_INVALID",
    "CODE_TAKEN",
    "CODE_NOT_BELOW_PARENT",
    "LEVEL_REQUIRED",
    "LEVEL_MISMATCH",
    "GRID_TYPE_UNKNOWN",
    "GRID_TYPE_OVERLAY",
    "STAFFING_UNKNOWN",
)
APPLIED = (
    "DIVISION_FAULTS",
    "DIVISION_OVERLAYS",
    "PARTS_INSIDE_EACH_OTHER",
    "PART_TAKEN",
    "PART_OUTSIDE_PARENT",
    "RIGHTS_FOR_ONESELF",
    "RIGHTS_EXCEED_OWN",
)
STATE = ("VERSION_OUTDATED", "DIVISION_STATE")

MUTATIONS = [
    Mutation(
        name="divisionPropose",
        description="Propose to divide the ground below a grid anew. `divisionSimulation` tells what it would do. For MANAGE_GRIDS over "
        "the ground.",
        thing="division",
        type=Division,
        input=DivisionProposeInput,
        operation=propose_divisions,
        request=_new,
        codes=PROPOSED,
    ),
    Mutation(
        name="divisionUpdate",
        description="Change a division that is not in force; it is a draft then. For MANAGE_GRIDS over the ground.",
        thing="division",
        type=Division,
        input=DivisionUpdateInput,
        operation=update_divisions,
        request=_edit,
        codes=(*PROPOSED, *STATE),
        on="Division",
    ),
    Mutation(
        name="divisionWithdraw",
        description="Withdraw a division that is not in force, also one that waits for its day. For MANAGE_GRIDS over the ground.",
        thing="division",
        type=Division,
        input=DivisionWithdrawInput,
        operation=withdraw_divisions,
        request=_withdrawal,
        codes=STATE,
        on="Division",
    ),
    Mutation(
        name="divisionApply",
        description="Apply a division, now or on a day: grids end, others come after them, and all that lies in them goes with its ground, "
        "in one transaction. For MANAGE_GRIDS over the ground, and MANAGE_POSTS there where posts go on elsewhere or end.",
        thing="division",
        type=Division,
        input=DivisionApplyInput,
        operation=apply_divisions,
        request=_application,
        codes=(*PROPOSED, *STATE, *APPLIED),
        on="Division",
    ),
    Mutation(
        name="divisionUndo",
        description="Put back what a division changed, as long as nothing depends on it. For MANAGE_GRIDS over the ground, and "
        "MANAGE_POSTS there where posts come back.",
        thing="division",
        type=Division,
        input=DivisionUndoInput,
        operation=undo_divisions,
        request=_undoing,
        codes=(*TEXT, *STATE, "DIVISION_DEPENDED_ON", "RIGHTS_FOR_ONESELF"),
        on="Division",
    ),
]
