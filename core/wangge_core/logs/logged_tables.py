"""Logged tables: whose changes are logged, as changes of what, and of which columns the log keeps the values.

Of all other columns it says only that they changed: private and sealed values never stand in it. A new table must be named here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

NEVER = frozenset({"created_at", "updated_at", "version", "last_used_on", "confirmed_at", "confirmed_by_id", "folded"})
"""Columns that tell of a change and are none."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A table whose rows are things of a type, or parts of them: then `owner` refers to the thing, where they are called `part`."""

    type: str
    shown: frozenset[str] = frozenset()
    owner: str = ""
    part: str = ""


def _thing(type: str, shown: str = "") -> Logged:
    return Logged(type, frozenset(shown.split()))


def _part(type: str, owner: str, part: str, shown: str = "") -> Logged:
    return Logged(type, frozenset(shown.split()), owner, part)


LOGGED: Mapping[str, Logged] = {
    "person": _thing("Person", "grid_id confirm_by merged_into_id removed_at source_name"),
    "residence": _part("Person", "person_id", "residence", "grid_id"),
    "household_member": _part("Person", "person_id", "membership"),
    "need": _part("Person", "person_id", "need"),
    "household": _thing("Household", "grid_id source_name"),
    "building": _thing("Building", "grid_id name address floors longitude latitude confirm_by source_name source_key"),
    "unit": _thing("Unit", "building_id name use floor area_square_metres"),
    "organization": _thing("Organization", "grid_id unit_id name trade registration_code state closed_on confirm_by source_name"),
    "organization_premises": _part("Organization", "organization_id", "premises", "building_id unit_id"),
    "organization_responsible": _part("Organization", "organization_id", "responsible", "role"),
    "asset": _thing("Asset", "grid_id kind_id name code state longitude latitude owner_id keeper_id confirm_by"),
    "place": _thing("Place", "grid_id kind_id name longitude latitude contact confirm_by"),
    "grid": _thing("Grid", "grid_type_id parent_id level code name staffing_id ended_at"),
    "boundary": _part("Grid", "grid_id", "boundary", "system area vertices repairs"),
    "official_population": _part("Grid", "grid_id", "official_population", "as_of number source"),
    "division": _thing("Division", "grid_id name state effective_at applied_at forced_reason undone_at"),
    "office": _thing("Office", "code name"),
    "account": _thing("Account", "active issuer machine valid_from"),  # name and login may be a resident's
    "api_key": _part("Account", "account_id", "key", "name scopes expires_at revoked_at"),
    "post": _thing("Post", "account_id role_id grid_id office_id starts_at ends_at end_ground source name_shown"),
    "grid_binding": _part("Grid", "grid_id", "binding", "kind account_id office_id organization_id starts_at ends_at"),
    "course": _thing("Course", "code name months active"),
    "training": _part("Account", "account_id", "training", "course_id taken_on holds_until withdrawn_at"),
    "delegation": _part("Post", "post_id", "delegation", "account_id starts_at ends_at"),
    "device": _part("Post", "post_id", "device", "name revoked_at replaced_by_id"),
    "webhook": _part("Account", "account_id", "webhook", "url ended_at"),
    "calendar": _thing("Calendar", "name follows_id office_id starts_on ends_on hours years"),
    "shift": _part("Post", "post_id", "shift", "starts_at ends_at cancelled_at"),
    "access_grant": _part("Account", "account_id", "grant", "grid_id post_id capabilities starts_at ends_at reviewed"),
}

NOT_LOGGED = frozenset(
    {
        # logs of their own, and what the service keeps for its working
        "event", "event_assignment", "event_history", "involvement", "outbox", "counter", "idempotency_key", "sync_change", "job",
        # what events ask of posts, which their history tells; and where somebody on duty was last, which is kept for a day
        "task", "task_addressee", "duty_position",
        # what is asked and planned of events, with who asked and who decided; their history tells it too
        "event_chase", "event_request", "project", "project_step",
        "import_review", "log_chain", "read_log", "read_log_subject", "change_log",
        # what the deployment changed of duties, and when occasions hold: each row says who set it, when and why
        "duty_change", "occasion_term",
        # entries that are never changed, and say themselves who made them and when
        "visit", "patrol", "patrol_point", "patrol_checkpoint", "participation", "visit_event",
        # who started, extended and ended them, and who checked in what, stands in themselves, with what was corrected
        "campaign", "campaign_extension", "campaign_role", "campaign_target", "campaign_earlier", "campaign_tally",
        # who took photographs in stands in themselves, the history of events tells where they are; publishing is noted by itself
        "attachment", "event_attachment", "stored_file",
        # appraisals, in whose rows stand who decided and when, and which keep what they were; points, whose entries are a ledger
        "appraisal_scheme", "appraisal_scheme_version", "appraisal_run", "appraisal_result", "appraisal_check", "appraisal_appeal",
        "appraisal_exit",
        # who rated from below is told to nobody, not even to who reads logs
        "appraisal_rating", "points_account", "points_entry", "points_rule",
        # what plugins and catalogues declare, and the layers of grids
        "asset_kind", "duty", "occasion", "event_kind", "event_kind_version", "grid_type", "need_kind", "place_kind", "plugin", "role",
        "staffing", "staffing_position", "staffing_team", "staffing_team_role", "grid_type_desk", "workflow", "workflow_stage",
        "workflow_version", "grid_layer", "grid_part",
        # what divisions did, of whose rows the changes are logged
        "division_move", "grid_succession", "grid_former_code",
        # a protocol of its own, of posts whose changes are logged; and which courses roles require, which is noted with the course
        "hand_over", "course_role",
        # what is counted of things, which can be counted again
        "counted", "counting", "tally", "measure", "indicator",
        # by what a boundary is found
        "boundary_tile",
        # clocks of events, which the history of events tells of, and days of calendars with what a change of them moved
        "event_clock", "event_pause", "calendar_day", "calendar_change",
        # counts of what the other tables hold
        "grid_statistic",
        # what the reporters of events said and were asked stands in the events' history; how often is tried, and what was sent out
        "public_report", "public_question", "intake_count", "webhook_delivery",
        # which roles see which needs, mirrored from the settings; and how often was revealed, of which the log of reads tells more
        "need_kind_role", "reveal",
    }
)  # fmt: skip
"""Tables whose changes the log leaves to others, or that hold nothing that somebody decides."""
