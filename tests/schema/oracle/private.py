"""What is private of a person, whose it is, and what the log of reads must say of an answer, stated once more in plain Python."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from oracle.hides import PRIVATE
from oracle.scopes import holds
from oracle.world import Key, World
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.viewers import Viewer

PRIVATE_FIELDS: Mapping[str, Collection[str]] = {
    "Attachment": ("latitudeClaimed", "longitudeClaimed"),
    "CampaignTarget": ("reason",),
    "EventReporter": ("name",),
    "Person": ("address", "bornOn", "gender", "guardianAgreedOn", "home", "name", "relation"),
    "Household": ("address", "name", "unit"),
    "HouseholdMember": ("relation",),
    "ImportReview": ("bornOn", "home", "name"),
    "PatrolPoint": ("accuracyMetres", "at", "impossible", "inside", "latitude", "longitude"),
    "Visit": ("contactRight", "disputeHelp", "factsConfirmed", "latitude", "longitude", "movedIn", "movedOut"),
    "Residence": ("address", "kind", "movedInOn", "movedOutOn", "unit"),
    "Need": ("endsAt", "fromOn", "guardianAgreement", "kind", "legalBasis", "reason", "untilOn", "visits"),
}
"""By type, the fields of which nothing is told without a line in the log."""
SEALED_FIELDS: Mapping[str, Collection[str]] = {"Person": ("identityNumber", "phone"), "EventReporter": ("phone",)}
"""By type, the fields of which a read shows the mask."""
PRIVATE_CURSORS: Mapping[tuple[str, str], str] = {("Person", "name"): "name"}
"""By type and order, the private field that a cursor holds."""
Told = tuple[int, str, str]
"""Of whom, and which field of which type."""


def head(world: World, household: Mapping[str, Any]) -> int | None:
    """The head of a household; where none is named, whoever belongs to it longest."""
    members = [
        one for one in world.rows(t.household_member).values() if one["household_id"] == household["id"] and one["left_on"] is None
    ]
    first = min(members, key=lambda one: (one["relation"] != "HEAD", one["id"]), default=None)
    return first and first["person_id"]


def reporter(world: World, row: Mapping[str, Any]) -> int | None:
    """The resident that an account is: who reported while signed in, or whose track it is."""
    account = world.rows(t.account).get(row["account_id"])
    return account and account["person_id"]


def sender(world: World, row: Mapping[str, Any]) -> int | None:
    """The resident who sent something; None for staff and for who did not sign in."""
    account = world.rows(t.account).get(row["uploader_id"])
    return account and account["person_id"]


def visited(world: World, row: Mapping[str, Any]) -> int | None:
    """The person who was visited, or the head of the household."""
    household = world.rows(t.household).get(row["household_id"])
    return row["person_id"] or (household and head(world, household))


SUBJECTS: Mapping[str, Callable[[World, Mapping[str, Any]], int | None]] = {
    "Attachment": sender,
    "CampaignTarget": lambda _, row: row["person_id"],
    "EventReporter": reporter,
    "Person": lambda _, row: row["id"],
    "Household": head,
    "HouseholdMember": lambda _, row: row["person_id"],
    "Residence": lambda _, row: row["person_id"],
    "ImportReview": lambda _, row: row["person_id"],
    "Need": lambda _, row: row["person_id"],
    "PatrolPoint": reporter,
    "Visit": visited,
}
"""By type, whom its private values are about; None where it is nobody whom the register knows."""


def told(world: World, viewer: Viewer, table: Any, type: str, id: Key, fields: Collection[str]) -> set[Told]:
    """What the log must say where these fields of a row that is seen stand in an answer."""
    private = set(fields) & set(PRIVATE_FIELDS.get(type, ()))
    if not private:
        return set()
    row = world.rows(table)[id]
    if type in PRIVATE and not PRIVATE[type](world, viewer, row):
        return set()
    subject = SUBJECTS[type](world, row)
    return set() if subject is None else {(subject, type, field) for field in private}


def private_details(world: World, kind: str) -> tuple[str, set[str]] | None:
    """The type of a kind's details and those of its fields that hold something private; None where its plugin is gone."""
    found = world.database.deployment.rules.registry.event_kinds.get(kind)
    if found is None or found.details is None:
        return None
    return found.details.graphql_name, {camel(one.name) for one in found.details.fields if holds_private(one)}


def holds_private(field: Any) -> bool:
    return field.data_class is DataClass.PRIVATE or any(map(holds_private, field.fields))


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def told_of_event(world: World, viewer: Viewer, event: Mapping[str, Any], shown: Callable[[str], Collection[str]]) -> set[Told]:
    """What the log must say of the details of an event: that they were read of everybody involved, where private ones are among what is
    shown. `shown` tells what is selected of a type of details. Of details whose plugin is gone, any might be private."""
    if event["details"] is None or not holds(viewer, Capability.READ_PRIVATE, world.path_of_grid[event["grid_id"]]):
        return set()
    known = private_details(world, event["kind_id"])
    fields = set(shown("UnavailableDetails" if known is None else known[0]))
    private = known is None or bool(known[1])
    if not private or not fields & ({"values"} | (known[1] if known else set())):
        return set()
    involved = (one for one in world.rows(t.involvement).values() if one["event_id"] == event["id"])
    return {(one["person_id"], "Event", "details") for one in involved if one["person_id"] is not None}
