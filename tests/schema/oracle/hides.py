"""What is hidden of a row that is seen, and from whom: masks, private values, orders that would tell them. Plain Python, as `sees.py`."""

from collections.abc import Mapping, Sequence
from typing import Any

from oracle import campaigns, ledger
from oracle.scopes import Seen, over
from oracle.sees import about_person, event, on_events, papers, serves_low, themselves
from oracle.world import World
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

MASKS: Mapping[tuple[str, str], Seen] = {("Post", one): papers for one in ("endReason", "endGround", "untrainedReason")} | {
    ("CampaignTarget", "code"): campaigns.code
}
"""By type and field, who sees a value that is masked for others who see the row."""


def private_of_person(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    return row["id"] in themselves(viewer) or over(Capability.READ_PRIVATE)(world, viewer, row)


def private_of_household(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    persons = world.rows(t.person)
    own = any(persons[one]["household_id"] == row["id"] for one in themselves(viewer) if one in persons)
    return own or over(Capability.READ_PRIVATE)(world, viewer, row)


def starred(row: Mapping[str, Any]) -> str:
    return row["name"][0] + "**"


def private_of_attachment(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Who sent it, and who reads what is private where an event lies that it is on; not of a complaint that is kept from them."""
    own = viewer.account_id is not None and row["uploader_id"] == viewer.account_id
    return own or any(
        over(Capability.READ_PRIVATE)(world, viewer, one) and (event(world, viewer, one) or not is_kept(world, viewer, one))
        for one in on_events(world, row)
    )


def is_kept(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Whether an event is of a kind that is kept from who serves a grid or community, and the viewer does."""
    return bool(world.rows(t.event_kind)[row["kind_id"]]["hidden_from_grid"]) and serves_low(world, viewer)


def private_of_reporter(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Who reads what is private where the event lies; nobody of who wants to be unnamed."""
    return not row["unnamed"] and over(Capability.READ_PRIVATE)(world, viewer, world.rows(t.event)[row["event_id"]])


PRIVATE: Mapping[str, Seen] = {
    "EventReporter": private_of_reporter,
    "Attachment": private_of_attachment,
    "CampaignTarget": campaigns.private_of_target,
    "Person": private_of_person,
    "Household": private_of_household,
    "HouseholdMember": about_person(Capability.READ_PRIVATE),
    "ImportReview": over(Capability.READ_PRIVATE),
    "Visit": ledger.private_of_visit,
}
"""By type, who sees the private values of a row that is seen. Whoever sees a row of another type sees them too."""
STARRED = frozenset({("Person", "name"), ("Household", "name")})
"""Private values of which others see the first character; of the rest they see nothing."""
PRIVATE_FILTERS = frozenset({("Person", "name"), ("Person", "born_on")})
"""Filters that let only rows through whose value the viewer sees."""


def orders_of(viewer: Viewer, type: str, orders: Sequence[str]) -> Sequence[str]:
    """The orders that a viewer is offered: by name only where every name is shown."""
    people, private = (viewer.scopes.get(one) for one in (Capability.READ_PEOPLE, Capability.READ_PRIVATE))
    same = (people.paths if people else ()) == (private.paths if private else ())
    if type != "Person" or same or Capability.READ_PRIVATE in viewer.whole_ground:
        return orders
    return [one for one in orders if one != "name"]
