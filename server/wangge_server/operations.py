"""The ready operations of the explorer, one file each in `operations/`, and the variables that they start with.

Codes and ids are those of the demo town, where the move settles what was just reported; elsewhere take them from what the reads answer.
"""

from functools import cache
from pathlib import Path
from typing import Any

from wangge_server.explorer import ExplorerOperation

FOLDER = Path(__file__).parent / "operations"

PHONE = "Front-end team: the grid worker's phone"
DUTY_ROOM = "Front-end team: the duty room's dashboard"
PUBLIC = "Everybody, without signing in"
INTEGRATOR = "Integrator"
OPERATOR = "Operator"

DISTRICT = "999901"
REPORT = {
    "kindId": "community.hazard",
    "gridId": "Grid:4",
    "description": "三号楼前的路灯杆倾斜，有人经过时不安全。",
    "details": {"communityHazard": {"hazard": "FALLING_OBJECT", "immediateDanger": True}},
}
MOVE = {"move": "settle_on_the_spot", "answers": [{"name": "note", "text": "已联系产权单位，现场扶正并围挡。"}]}
ACCOUNT = {"login": "new.worker", "name": "新来的网格员"}
POST = {"accountId": "Account:1", "roleId": "community.mediator", "gridId": "Grid:4"}


@cache
def ready_operations() -> tuple[ExplorerOperation, ...]:
    """Every ready operation, in the order of the menu."""
    return (
        _ready("public_grids", "Grids, their types and stations", PUBLIC, under=DISTRICT),
        _ready("my_day", "My grid and its open events", PHONE),
        _ready("report_event", "Report an event", PHONE, input=REPORT, key="report-1"),
        _ready("move_event", "Make a move", PHONE, id="Event:921", input=MOVE, key="move-1"),
        _ready("open_events", "Open events below a grid", DUTY_ROOM, under=DISTRICT, after=None),
        _ready("event_history", "One event with its history", DUTY_ROOM, id="Event:1"),
        _ready("event_kinds", "Kinds of events", INTEGRATOR),
        _ready("kind_form", "The form of a kind of event", INTEGRATOR, kind="community.hazard"),
        _ready("workflow_drawing", "A workflow and its drawing", INTEGRATOR, workflow="scenic.rescue"),
        _ready("roles", "Roles and what they may do", INTEGRATOR),
        _ready("create_account", "Create an account", OPERATOR, input=ACCOUNT, key="account-1"),
        _ready("assign_post", "Assign a post", OPERATOR, input=POST, key="post-1"),
    )


def _ready(file: str, title: str, for_whom: str, **variables: Any) -> ExplorerOperation:
    query = (FOLDER / f"{file}.graphql").read_text(encoding="utf-8")
    return ExplorerOperation(title=title, for_whom=for_whom, query=query, variables=variables)
