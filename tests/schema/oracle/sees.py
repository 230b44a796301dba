"""Who sees what, said once more in plain Python: by whose posts, which ground, which capability. No SQL and no `Subtrees` here."""

from collections.abc import Callable, Mapping
from typing import Any

from oracle import appraisals, campaigns, ledger
from oracle.boards import on_board, stands_in_now
from oracle.scopes import Seen, holds, over
from oracle.world import World
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer


def everyone(_world: World, _viewer: Viewer, _row: Mapping[str, Any]) -> bool:
    return True


def themselves(viewer: Viewer) -> set[int]:
    """The residents that the viewer speaks for."""
    return set() if viewer.person_id is None else {viewer.person_id, *viewer.ward_ids}


def person(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Over the grid of the home, and oneself; never who was merged or erased."""
    seen = row["id"] in themselves(viewer) or over(Capability.READ_PEOPLE)(world, viewer, row)
    return seen and row["removed_at"] is None


def tombstone(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Of who was erased, for who manages data over the last home."""
    erased = row["removed_at"] is not None and row["merged_into_id"] is None
    return erased and over(Capability.MANAGE_DATA)(world, viewer, row)


def household(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    persons = world.rows(t.person)
    own = any(persons[one]["household_id"] == row["id"] for one in themselves(viewer) if one in persons)
    return own or over(Capability.READ_PEOPLE)(world, viewer, row)


def about_person(capability: Capability) -> Seen:
    """Rows that tell of a person: where the capability holds over that one's present grid, and of oneself."""

    def seen(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
        one = world.rows(t.person)[row["person_id"]]
        held = one["removed_at"] is None and over(capability)(world, viewer, one)
        return held or row["person_id"] in themselves(viewer)

    return seen


def homes(world: World, viewer: Viewer) -> set[int | None]:
    """The units where the residents live that the viewer speaks for."""
    own, persons = themselves(viewer), world.rows(t.person)
    households = {persons[one]["household_id"] for one in own if one in persons}
    lived_in = {
        one["unit_id"] for one in world.rows(t.residence).values() if one["person_id"] in own and one["moved_out_on"] is None
    }
    return lived_in | {one["unit_id"] for id, one in world.rows(t.household).items() if id in households}


def building(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    own = homes(world, viewer) if viewer.person_id is not None else set()
    lives_there = any(one["building_id"] == row["id"] for id, one in world.rows(t.unit).items() if id in own)
    return lives_there or over(Capability.READ_PLACES)(world, viewer, row)


def unit(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    if viewer.person_id is not None and row["id"] in homes(world, viewer):
        return True
    return over(Capability.READ_PLACES)(world, viewer, world.rows(t.building)[row["building_id"]])


def event(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Over its grid, by its reporter, by whom it was given to, by residents involved; complaints are kept from who serves there."""
    reported = viewer.account_id is not None and row["reporter_id"] == viewer.account_id and viewer.reads_own
    given = viewer.account_id is not None and viewer.reads_own and was_given(world, viewer, row)
    if world.rows(t.event_kind)[row["kind_id"]]["hidden_from_grid"] and serves_low(world, viewer):
        elsewhere = not any(world.path_of_grid[row["grid_id"]].startswith(one) for one in communities(world, viewer))
        return reported or (given and elsewhere) or from_above(world, viewer, row)
    involved = (one for one in world.rows(t.involvement).values() if one["event_id"] == row["id"])
    concerned = viewer.reads_own and any(one["person_id"] in themselves(viewer) for one in involved)
    return reported or given or concerned or over(Capability.READ_EVENTS)(world, viewer, row)


def was_given(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    posts = {post.id for post in viewer.posts}
    offices = {post.office_id for post in viewer.posts} - {None}
    given = (one for one in world.rows(t.event_assignment).values() if one["event_id"] == row["id"])
    return any(one["post_id"] in posts or one["office_id"] in offices for one in given)


LOW = ("GRID", "COMMUNITY")


def level(world: World, path: str) -> str:
    """The level of the grid with this path; that of a district for everywhere."""
    return world.rows(t.grid)[int(path.split(".")[-2])]["level"] if path else "DISTRICT"


def serves_low(world: World, viewer: Viewer) -> bool:
    """Whether any right of the viewer comes from a grid or community."""
    held = (path for one in (*viewer.posts, *viewer.grants) for path in one.paths)
    scoped = (path for scope in viewer.scopes.values() for path in scope.paths)
    return any(level(world, path) in LOW for path in (*held, *scoped))


def communities(world: World, viewer: Viewer) -> list[str]:
    """The communities that the viewer's posts in grids and communities lie in; the grid itself where it lies in none."""
    found: list[str] = []
    for path in (path for post in viewer.posts for path in post.paths if level(world, path) in LOW):
        above = path
        while above and level(world, above) != "COMMUNITY":
            above = "".join(f"{one}." for one in above.split(".")[:-2])
        found.append(above or path)
    return found


def from_above(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Whether the viewer reads events there from a subdistrict or higher."""
    scope = viewer.scopes.get(Capability.READ_EVENTS)
    path = world.path_of_grid[row["grid_id"]]
    return scope is not None and any(path.startswith(one) and level(world, one) not in LOW for one in scope.paths)


def post(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    path = world.path_of_grid[row["grid_id"]]
    own = viewer.account_id is not None and row["account_id"] == viewer.account_id
    stands_in = any(held.delegation_id is not None for held in viewer.posts)
    own = own or (stands_in and any(held.id == row["id"] for held in viewer.posts))
    return own or holds(viewer, Capability.READ_EVENTS, path) or holds(viewer, Capability.MANAGE_POSTS, path)


def account(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    manages = viewer.scopes.get(Capability.MANAGE_POSTS)
    if manages is not None and manages.paths:
        return True
    if viewer.account_id is None:
        return False
    held = (one for one in world.rows(t.post).values() if one["account_id"] == row["id"])
    return row["id"] == viewer.account_id or any(post(world, viewer, one) for one in held)


def papers(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Why a post ended: for its holder, and for who manages posts over its ground."""
    own = viewer.account_id is not None and row["account_id"] == viewer.account_id
    return own or holds(viewer, Capability.MANAGE_POSTS, world.path_of_grid[row["grid_id"]])


def delegation(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """For who stands in, for whose post it is, and for who manages posts over its ground."""
    own = viewer.account_id is not None and row["account_id"] == viewer.account_id
    return own or papers(world, viewer, world.rows(t.post)[row["post_id"]])


def access_grant(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """For who opened it, and for who reads the access log over its grid."""
    own = viewer.account_id is not None and row["account_id"] == viewer.account_id
    return own or over(Capability.READ_ACCESS_LOG)(world, viewer, row)


def api_key(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """One's own account's, and all for who manages posts anywhere."""
    manages = viewer.scopes.get(Capability.MANAGE_POSTS)
    own = viewer.account_id is not None and row["account_id"] == viewer.account_id
    return own or (manages is not None and bool(manages.paths))


def device(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Of one's own posts, and of those on ground where one manages posts."""
    holder = world.rows(t.post)[row["post_id"]]
    own = viewer.account_id is not None and holder["account_id"] == viewer.account_id
    return own or holds(viewer, Capability.MANAGE_POSTS, world.path_of_grid[holder["grid_id"]])


def need(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Never one that is over. Of oneself; else over its grid, and of a sensitive kind only with a named role on that very ground."""
    if row["ends_at"] <= world.database.deployment.clock():
        return False
    if row["person_id"] in themselves(viewer):
        return True
    if not over(Capability.READ_NEEDS)(world, viewer, row):
        return False
    if not world.rows(t.need_kind)[row["kind_id"]]["sensitive"]:
        return True
    roles = {one["role_id"] for one in world.rows(t.need_kind_role).values() if one["need_kind_id"] == row["kind_id"]}
    path = world.path_of_grid[row["grid_id"]]
    return any(post.role in roles and any(path.startswith(one) for one in post.paths) for post in viewer.posts)


def addressed(viewer: Viewer, path: str, to: Mapping[str, Any]) -> bool:
    """Whether an address of a task, over the grid with this path, is the viewer's: a post, its office, or a role that one plays there."""
    by_role = any(to["role_id"] in post.acts_as and any(path.startswith(one) for one in post.paths) for post in viewer.posts)
    posts, offices = {post.id for post in viewer.posts}, {post.office_id for post in viewer.posts} - {None}
    return by_role or to["post_id"] in posts or to["office_id"] in offices


def task(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """With its event, and to whom it is or was addressed, but for what is kept from who serves there."""
    about = world.rows(t.event)[row["event_id"]]
    if event(world, viewer, about):
        return True
    if world.rows(t.event_kind)[about["kind_id"]]["hidden_from_grid"] and serves_low(world, viewer):
        return False
    path = world.path_of_grid[row["grid_id"]]
    to = (one for one in world.rows(t.task_addressee).values() if one["task_id"] == row["id"])
    return viewer.reads_own and any(addressed(viewer, path, one) for one in to)


def shift(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    return post(world, viewer, world.rows(t.post)[row["post_id"]])


def import_review(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """For who imports over its grid, and for who cares for data there."""
    return any(over(one)(world, viewer, row) for one in (Capability.IMPORT_DATA, Capability.MANAGE_DATA))


def on_events(world: World, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The events that a photograph or file is on."""
    events = world.rows(t.event)
    return [events[one["event_id"]] for one in world.rows(t.event_attachment).values() if one["attachment_id"] == row["id"]]


def attachment(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Who sent it, and who sees an event that it is on."""
    own = viewer.account_id is not None and row["uploader_id"] == viewer.account_id
    return own or any(event(world, viewer, one) for one in on_events(world, row))


def calendar_change(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """For who sets calendars: with the capability over every grid of the base layer."""
    del row
    scope = viewer.scope(Capability.MANAGE_CALENDARS)
    roots = [one["path"] for one in world.rows(t.grid).values() if one["layer_id"] == "base" and one["parent_id"] is None]
    return scope.everywhere or (bool(roots) and all(map(scope.covers, roots)))


def staff(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """Who reads events over the grid, or manages posts there."""
    path = world.path_of_grid[row["grid_id"]]
    return any(holds(viewer, one, path) for one in (Capability.READ_EVENTS, Capability.MANAGE_POSTS))


def grid_binding(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    return staff(world, viewer, row) or (viewer.account_id is not None and row["account_id"] == viewer.account_id)


def course(_world: World, viewer: Viewer, _row: Mapping[str, Any]) -> bool:
    """For whoever is signed in."""
    return viewer.account_id is not None or bool(viewer.scope(Capability.MANAGE_POSTS).paths)


def hand_over(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """For both sides, and for who manages posts over the grid."""
    own = viewer.account_id is not None and viewer.account_id in (row["from_account_id"], row["to_account_id"])
    return own or holds(viewer, Capability.MANAGE_POSTS, world.path_of_grid[row["grid_id"]])


def duty_change(world: World, viewer: Viewer, row: Mapping[str, Any]) -> bool:
    """For who reads work there; what holds everywhere for who reads work anywhere."""
    if row["grid_id"] is None:
        return bool(viewer.scope(Capability.READ_WORK).paths)
    return over(Capability.READ_WORK)(world, viewer, row)


ALIKE = (everyone, on_board, stands_in_now)
"""Rules by which all viewers see the same."""

RULES: Mapping[str, Seen] = {
    **appraisals.RULES,
    **dict.fromkeys(("AppraisalSchemeVersion", "PointsEntry", "PointsRule"), everyone),  # the first two through their owners alone
    "AccessGrant": access_grant,
    "Account": account,
    "ApiKey": api_key,
    "Asset": over(Capability.READ_PLACES),
    "AssetKind": everyone,
    "Attachment": attachment,
    "Building": building,
    "Calendar": everyone,
    "CalendarChange": calendar_change,
    "CalendarDay": everyone,
    "Campaign": campaigns.campaign,
    "CampaignExtension": everyone,  # reached through its campaign alone
    "CampaignEarlierOutcome": everyone,  # reached through its target alone
    "CampaignGrid": campaigns.of_grid,
    "CampaignProgress": everyone,  # the figures of the whole, for whoever sees the campaign
    "CampaignTarget": campaigns.of_grid,
    "Delegation": delegation,
    "Device": device,
    "Event": event,
    "EventReporter": everyone,
    "EventAttachment": everyone,
    "EventAssignment": everyone,  # reached through its event alone, as are involvements and history
    "EventChase": everyone,
    "EventRequest": everyone,
    "EventProgress": everyone,  # what is told of the event that another was joined to: how far it is, and no more
    "Project": everyone,
    "ProjectStep": everyone,
    "Change": everyone,  # reached through their thing alone, which decides who may: `logs.py`
    "Course": course,
    "DataAccess": everyone,
    "Division": over(Capability.MANAGE_GRIDS),
    "Duty": everyone,
    "DutyChange": duty_change,
    "EventKind": everyone,
    "EventKindVersion": everyone,
    "Grid": everyone,
    "GridBinding": grid_binding,
    "GridBoundary": everyone,
    "GridLayer": everyone,
    "GridPosition": staff,
    "GridStaffing": everyone,
    "GridTeam": staff,
    "GridType": everyone,
    "HandOver": hand_over,
    "HistoryEntry": everyone,
    "Household": household,
    "HouseholdMember": about_person(Capability.READ_PEOPLE),
    "ImportReview": import_review,
    "Involvement": everyone,
    "Need": need,
    "Occasion": everyone,
    "Indicator": everyone,
    "OccasionTerm": over(Capability.READ_WORK),
    "NeedKind": everyone,
    "NoticeBoard": everyone,
    "NoticeBoardPost": on_board,
    "NoticeBoardSubstitute": stands_in_now,
    "Office": everyone,
    "OfficialPopulation": everyone,
    "Organization": over(Capability.READ_PLACES),
    "OrganizationPremises": everyone,  # reached through its organisation alone, as are the responsible persons
    "OrganizationResponsible": everyone,
    "OpenedEvent": everyone,  # reached through its visit or patrol alone, as are those who took part and checkpoints
    "Participation": everyone,
    "Patrol": ledger.patrol,
    "PatrolCheckpoint": everyone,
    "PatrolPoint": ledger.track,
    "Person": person,
    "Place": everyone,
    "PlaceKind": everyone,
    "Post": post,
    "Residence": about_person(Capability.READ_PRIVATE),
    "Role": everyone,
    "Shift": shift,
    "Staffing": everyone,
    "StaffingHolder": post,
    "StaffingPosition": everyone,
    "StaffingTeam": everyone,
    "Task": task,
    "Training": api_key,  # one's own, and all for who manages posts anywhere
    "TaskAddressee": everyone,  # reached through its task alone
    "Unit": unit,
    "GridProfile": everyone,
    "GridStatistics": everyone,
    "PersonTombstone": tombstone,
    "Viewer": everyone,
    "Visit": ledger.visit,
    "Webhook": api_key,  # as the keys of its account
    "Workflow": everyone,
    "WorkflowStage": everyone,
}
"""By the name of the planned type. A type that is not here has no rule yet that anybody thought about."""


def may(world: World, viewer: Viewer, row: Mapping[str, Any], arguments: Mapping[str, Any]) -> bool:
    """Whether the viewer has a capability over the base grid of this code."""
    del row
    grid = world.grid_of_code.get(arguments["grid"])
    return grid is not None and holds(viewer, Capability(arguments["capability"]), world.path_of_grid[grid])


ANSWERS: Mapping[tuple[str, str], Callable[[World, Viewer, Mapping[str, Any], Mapping[str, Any]], Any]] = {("Viewer", "may"): may}
"""By type and field, what is answered to a question with arguments."""


def sees(world: World, viewer: Viewer, type: str, row: Mapping[str, Any]) -> bool:
    """Whether the viewer may read a row of a planned type."""
    return RULES[type](world, viewer, row)
