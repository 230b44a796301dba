"""The ready operations of the explorer, one file each in `operations/`, and the variables that they start with.

The codes, kinds and roles are those of the demo town; ids stand as placeholders, to be taken from the answer of another operation.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wangge_server.explorer import ExplorerOperation

FOLDER = Path(__file__).parent / "operations"

FRONT_END = "Front-end team: the grid worker's phone"
DUTY_ROOM = "Front-end team: the duty room's dashboard"
PUBLIC = "Everybody, without signing in"
INTEGRATOR = "Integrator"
OPERATOR = "Operator"

DISTRICT = "999901"


def ready_operations() -> tuple[ExplorerOperation, ...]:
    """Every ready operation, in the order of the menu."""
    return (
        _ready("public_grids", "Grids, their types and stations", PUBLIC, {"under": DISTRICT}),
        _ready("my_day", "Who I am and what is given to me", FRONT_END),
        _ready("report_event", "Report an event", FRONT_END, {"input": {}, "key": "report-1"}),
        _ready("move_event", "Make a move", FRONT_END, {"id": "", "input": {"move": "accept", "answers": []}, "key": "move-1"}),
        _ready("open_events", "Open events of a district", DUTY_ROOM, {"under": DISTRICT, "after": None}),
        _ready("event_history", "One event with its history", DUTY_ROOM, {"id": ""}),
        _ready("kind_form", "The form of a kind of event", INTEGRATOR, {"kind": "community.hazard"}),
        _ready("workflow_drawing", "A workflow and its drawing", INTEGRATOR, {"workflow": "scenic.rescue"}),
        _ready("roles", "Roles and their rights", INTEGRATOR),
        _ready("create_account", "Create an account", OPERATOR, {"input": {}, "key": "account-1"}),
        _ready("assign_post", "Assign a post", OPERATOR, {"input": {}, "key": "post-1"}),
    )


def _ready(file: str, title: str, for_whom: str, variables: Mapping[str, Any] | None = None) -> ExplorerOperation:
    query = (FOLDER / f"{file}.graphql").read_text(encoding="utf-8")
    return ExplorerOperation(title=title, for_whom=for_whom, query=query, variables=variables or {})
