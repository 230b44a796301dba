"""The types of the schema. Annotations that name each other across modules are looked up here."""

from typing import Any

from wangge_schema.details import AssetDetails, EventDetails, GridDetails, PlaceDetails
from wangge_schema.reading.list_inputs import ListInputs
from wangge_schema.reading.sources import SOURCE, Source
from wangge_schema.types.appraisals import (
    AppraisalAppeal,
    AppraisalCheck,
    AppraisalPapers,
    AppraisalResult,
    AppraisalRun,
    AppraisalScheme,
    AppraisalSchemeVersion,
)
from wangge_schema.types.attachments import Attachment, EventAttachment
from wangge_schema.types.boards import NoticeBoard, NoticeBoardPost, NoticeBoardSubstitute
from wangge_schema.types.boundaries import GridBoundary
from wangge_schema.types.campaigns import (
    Campaign,
    CampaignEarlierOutcome,
    CampaignExtension,
    CampaignGrid,
    CampaignProgress,
    CampaignTarget,
)
from wangge_schema.types.deadlines import Calendar, CalendarChange, CalendarDay
from wangge_schema.types.declared import GridType, Role, Staffing, StaffingPosition, StaffingTeam
from wangge_schema.types.divisions import Division
from wangge_schema.types.duties import Duty, DutyChange, Occasion, OccasionTerm
from wangge_schema.types.events import Event, EventAssignment, Involvement
from wangge_schema.types.grids import Grid, GridLayer
from wangge_schema.types.history import HistoryEntry
from wangge_schema.types.imports import ImportReview
from wangge_schema.types.indicators import Indicator
from wangge_schema.types.intake import EventReporter, PublicMatter, PublicReport, Webhook
from wangge_schema.types.kinds import AssetKind, DetailField, EventKind, NeedKind, PlaceKind
from wangge_schema.types.needs import Need
from wangge_schema.types.nodes import Connection, Node
from wangge_schema.types.patrols import OpenedEvent, Participation, Patrol, PatrolCheckpoint, PatrolPoint
from wangge_schema.types.people import Household, HouseholdMember, Person, Residence
from wangge_schema.types.places import (
    Asset,
    Building,
    Office,
    Organization,
    OrganizationPremises,
    OrganizationResponsible,
    Place,
    Unit,
)
from wangge_schema.types.points import PointsAccount, PointsEntry, PointsRule
from wangge_schema.types.profiles import GridProfile
from wangge_schema.types.query import Query
from wangge_schema.types.read_log import Change, DataAccess
from wangge_schema.types.rights import AccessGrant, Account, Delegation, Post, Viewer
from wangge_schema.types.sign_in import ApiKey, Device
from wangge_schema.types.staffing import (
    Course,
    GridBinding,
    GridPosition,
    GridStaffing,
    GridTeam,
    HandOver,
    StaffingHolder,
    Training,
)
from wangge_schema.types.statistics import GridStatistics, OfficialPopulation, PersonTombstone
from wangge_schema.types.steering import EventChase, EventProgress, EventRequest, Project, ProjectStep
from wangge_schema.types.tasks import Shift, Task, TaskAddressee
from wangge_schema.types.visits import Visit
from wangge_schema.types.workflows import Workflow, WorkflowStage

PLANNED = (
    AccessGrant, Account, ApiKey, AppraisalAppeal, AppraisalCheck, AppraisalPapers, AppraisalResult, AppraisalRun,
    AppraisalScheme, AppraisalSchemeVersion, Asset, AssetKind, Attachment, Building, Calendar, CalendarChange, CalendarDay,
    Campaign, CampaignEarlierOutcome, CampaignExtension, CampaignGrid, CampaignProgress, CampaignTarget, Change, Course, DataAccess,
    Delegation, Device, Division, Duty, DutyChange, Event, EventAssignment, EventAttachment, EventChase, EventKind,
    EventProgress, EventReporter, EventRequest, Grid, GridBinding, GridBoundary, GridLayer, GridPosition, GridProfile,
    GridStaffing, GridStatistics, GridTeam, GridType, HandOver, HistoryEntry, Household, HouseholdMember, ImportReview,
    Indicator, Involvement, Need, NeedKind, NoticeBoard, NoticeBoardPost, NoticeBoardSubstitute, Occasion, OccasionTerm, Office,
    OfficialPopulation, OpenedEvent, Organization, OrganizationPremises, OrganizationResponsible, Participation, Patrol, PatrolCheckpoint,
    PatrolPoint, Person, PersonTombstone, Place, PlaceKind, PointsAccount, PointsEntry, PointsRule, Post, Project,
    ProjectStep, Residence, Role, Shift, Staffing, StaffingHolder, StaffingPosition, StaffingTeam, Task, TaskAddressee,
    Training, Unit, Viewer, Visit, Webhook, Workflow, WorkflowStage,
)  # fmt: skip

__all__ = [
    "PLANNED",
    "AssetDetails",
    "Connection",
    "DetailField",
    "EventDetails",
    "GridDetails",
    "Node",
    "OpenedEvent",
    "Participation",
    "Patrol",
    "PatrolCheckpoint",
    "PatrolPoint",
    "PlaceDetails",
    "PublicMatter",
    "PublicReport",
    "Query",
    "Visit",
]


def _list_inputs() -> dict[str, Any]:
    """The filter and order inputs of the types that have lists."""
    inputs = ListInputs()
    sources: list[Source] = [getattr(cls, SOURCE) for cls in PLANNED]
    listed = [source for source in sources if source.filters or len(source.orders) > 1]
    filters = {f"{source.name}Filter": inputs.filter(source) for source in listed}
    return filters | {f"{source.name}OrderBy": inputs.order(source) for source in listed}


globals().update(_list_inputs())
