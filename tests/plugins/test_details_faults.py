"""Details that cannot be shown, or whose types would share a name."""

from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from faulty import codes_of, faults_of, kind
from wangge_core.plugin import (
    DataClass,
    GridType,
    Zh,
    details,
)


@details()
class Unlabelled:
    """A field without a label."""

    height: int


@details()
class Referring:
    """A field of a type that details cannot hold."""

    counts: Annotated[dict[str, int], Zh("数量")]


@details()
class Secret:
    """A sealed field."""

    number: Annotated[str, Zh("编号"), DataClass.SEALED]


@details()
class Unsaid:
    height: Annotated[int, Zh("高")]


@details()
class Named:
    """A field that every type of details has."""

    kind: Annotated[str, Zh("种类")]


@details()
class Unresolved:
    """A field whose type is nowhere."""

    height: "Annotated[Nowhere, Zh('高')]"  # type: ignore[name-defined]  # noqa: F821 - the mistake


@dataclass(frozen=True)
class Undecorated:
    """Not made with `@details`."""

    height: Annotated[int, Zh("高")]


@pytest.mark.parametrize("cls", [Unlabelled, Referring, Secret, Unsaid, Named, Unresolved, Undecorated])
def test_details_that_cannot_be_shown_are_refused(cls: type[Any]) -> None:
    (found,) = faults_of(event_kinds=[kind("matter", details=cls)])
    assert (found.code, found.thing) == ("DETAILS_INVALID", "demo.matter")
    assert cls.__name__ in found.message


def test_two_types_of_one_graphql_name_are_told() -> None:
    @details()
    class FallDetails:
        """A class whose type would be called as that of the kind `fall`."""

        depth: Annotated[int, Zh("深")]

    @details()
    class Fall:
        """What a fall needs to know."""

        parts: Annotated[tuple[FallDetails, ...], Zh("部分")] = ()

    assert codes_of(event_kinds=[kind("fall", details=Fall)]) == ["DETAILS_TYPE_NAME_TAKEN"]
    ground = GridType("demo", zh="地", details=Fall, overlay=True)
    assert "DETAILS_TYPE_NAME_TAKEN" in codes_of(event_kinds=[kind("grid", details=Fall)], grid_types=[ground])
