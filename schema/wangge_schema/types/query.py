"""The root of all reads."""

import strawberry

from wangge_core.db.mirroring import BASE_LAYER
from wangge_schema.reading.declare import connection, connection_of, reads, root_one
from wangge_schema.reading.sources import Argument, ById, ByIds, Itself
from wangge_schema.types.appraisals import AppraisalRun, AppraisalScheme
from wangge_schema.types.boards import FoundNoticeBoard, notice_board
from wangge_schema.types.boundaries import GridAt, grid_at_position
from wangge_schema.types.campaign_targets import CampaignCount, campaign_count
from wangge_schema.types.campaigns import Campaign
from wangge_schema.types.coverage import Coverage, coverage
from wangge_schema.types.deadlines import Calendar
from wangge_schema.types.declared import GridType, Role, Staffing
from wangge_schema.types.divisions import Division, DivisionSimulation, division_simulation
from wangge_schema.types.due import DueItems, due_items_field
from wangge_schema.types.due_figures import DueForecast, DueSummary, due_forecast_field, due_summary_field
from wangge_schema.types.duties import Duty, Occasion, OccasionTerm
from wangge_schema.types.events import Event
from wangge_schema.types.grids import Grid, GridLayer
from wangge_schema.types.imports import ImportReview
from wangge_schema.types.indicators import Indicator, IndicatorEvents, IndicatorFigures, indicator_events, indicators
from wangge_schema.types.intake import PublicMatter, PublicReport, open_matters_nearby, public_report, public_reports
from wangge_schema.types.kinds import AssetKind, EventKind, NeedKind, PlaceKind
from wangge_schema.types.lineage import grid_of_former_code, is_present
from wangge_schema.types.loads import GridLoad, grid_loads
from wangge_schema.types.needs import Need
from wangge_schema.types.nodes import Connection, Node
from wangge_schema.types.patrols import Patrol
from wangge_schema.types.people import Person
from wangge_schema.types.places import Asset, Building, Office, Organization, Place
from wangge_schema.types.points import PointsAccount, PointsRule
from wangge_schema.types.pull import Pull, pull_field
from wangge_schema.types.read_log import CHANGES_OF, READS_OF, Change, DataAccess
from wangge_schema.types.rights import AccessGrant, Account, Post, Viewer
from wangge_schema.types.staffing import Course
from wangge_schema.types.vacancies import Vacancies, vacancies
from wangge_schema.types.visits import Visit
from wangge_schema.types.workflows import Workflow


@strawberry.type(description="What can be read. Every field answers with what the viewer may see, and nothing else.")
class Query:
    node: Node | None = reads(
        ById(),
        "The thing with this global id; null when there is none or the viewer may not see it. Error: ID_INVALID.",
        arguments=[Argument("id", strawberry.ID, "The global id.")],
    )
    nodes: list[Node | None] = reads(
        ByIds(),
        "Things by their global ids, in order, at most 100. Errors: ID_INVALID, PAGE_INVALID.",
        arguments=[Argument("ids", list[strawberry.ID], "The global ids.")],
    )
    viewer: Viewer = reads(Itself(), "Who is asking.")

    grid: Grid | None = root_one(
        "code",
        "The grid of the base layer with this code, or the one that had it last: `endedAt` and `succeededBy` say what became of it.",
        among=lambda row: row.c.layer_id == BASE_LAYER,
        of_base=True,
        former=grid_of_former_code,
    )
    grid_at: GridAt | None = grid_at_position
    coverage: Coverage | None = coverage
    notice_board: FoundNoticeBoard | None = notice_board
    grid_layers: Connection[GridLayer] = connection("GridLayer", None, "Layers of grids: the base layer and overlays. Public.")
    grids: Connection[Grid] = connection("Grid", None, "Present grids of every layer and level. Public.", among=is_present)
    divisions: Connection[Division] = connection("Division", None, "Divisions of the ground, proposed and applied.")
    division_simulation: DivisionSimulation | None = division_simulation
    buildings: Connection[Building] = connection("Building", None, "Buildings.")
    persons: Connection[Person] = connection("Person", None, "People.")
    organizations: Connection[Organization] = connection("Organization", None, "Organisations.")
    assets: Connection[Asset] = connection("Asset", None, "Assets.")
    places: Connection[Place] = connection("Place", None, "Places. Public.")
    offices: Connection[Office] = connection("Office", None, "Offices. Public.")
    calendars: Connection[Calendar] = connection("Calendar", None, "Working calendars. Public.")
    event: Event | None = root_one("number", "The event with this number.")
    events: Connection[Event] = connection("Event", None, "Events.")
    pull: Pull | None = pull_field
    campaigns: Connection[Campaign] = connection("Campaign", None, "Campaigns, running and ended.")
    campaign_count: CampaignCount = campaign_count
    accounts: Connection[Account] = connection("Account", None, "Accounts.")
    posts: Connection[Post] = connection("Post", None, "Posts, past and present.")
    visits: Connection[Visit] = connection("Visit", None, "Visits and other work.")
    patrols: Connection[Patrol] = connection("Patrol", None, "Patrols.")
    vacancies: Vacancies | None = vacancies
    courses: Connection[Course] = connection("Course", None, "Courses that staff take.")
    access_grants: Connection[AccessGrant] = connection("AccessGrant", None, "Rights opened in an emergency.")

    import_reviews: Connection[ImportReview] = connection(
        "ImportReview", None, "Rows of imports that may be somebody on the register."
    )

    data_access_log: Connection[DataAccess] = connection_of(
        "DataAccess",
        READS_OF,
        "Who was told private or sealed data of a person: with READ_ACCESS_LOG over the grid of the home, and for the person.",
    )
    change_log: Connection[Change] = connection_of(
        "Change", CHANGES_OF, "Who changed a thing, and which fields: with READ_ACCESS_LOG over its grid."
    )

    appraisal_schemes: Connection[AppraisalScheme] = connection("AppraisalScheme", None, "How is appraised.")
    appraisal_runs: Connection[AppraisalRun] = connection("AppraisalRun", None, "Appraisals of a period.")
    grid_loads: list[GridLoad] | None = grid_loads
    points_accounts: Connection[PointsAccount] = connection("PointsAccount", None, "Thanks for reports: one's own.")
    points_rules: Connection[PointsRule] = connection("PointsRule", None, "How many points reports are worth. Public.")

    public_report: PublicReport | None = public_report
    public_reports: list[PublicReport] = public_reports
    open_matters_nearby: list[PublicMatter] = open_matters_nearby

    indicators: IndicatorFigures | None = indicators
    indicator_events: IndicatorEvents | None = indicator_events
    indicator_definitions: Connection[Indicator] = connection("Indicator", None, "Indicators that plugins declare. Public.")

    grid_types: Connection[GridType] = connection(
        "GridType", None, "Kinds of grids. Those of plugins that are switched off are not `available`."
    )
    roles: Connection[Role] = connection("Role", None, "Templates of posts.")
    role: Role | None = root_one("id", "The role of this name.", type=strawberry.ID)
    staffings: Connection[Staffing] = connection("Staffing", None, "Staffing templates.")
    event_kinds: Connection[EventKind] = connection("EventKind", None, "Sorts of matters: of plugins and of local catalogues.")
    event_kind: EventKind | None = root_one("id", "The kind of this name.", type=strawberry.ID)
    workflows: Connection[Workflow] = connection("Workflow", None, "Workflows.")
    workflow: Workflow | None = root_one("id", "The workflow of this name.", type=strawberry.ID)
    asset_kinds: Connection[AssetKind] = connection("AssetKind", None, "Sorts of assets.")
    place_kinds: Connection[PlaceKind] = connection("PlaceKind", None, "Sorts of places.")
    needs: Connection[Need] = connection("Need", None, "Why people get attention now, those that end first before the others.")
    duties: Connection[Duty] = connection("Duty", None, "What somebody must do again and again, or each time something happens.")
    due_items: DueItems | None = due_items_field
    due_summary: DueSummary | None = due_summary_field
    due_forecast: DueForecast | None = due_forecast_field
    occasions: Connection[Occasion] = connection("Occasion", None, "What may hold over some ground for a time, and duties go by.")
    occasion_terms: Connection[OccasionTerm] = connection("OccasionTerm", None, "When occasions hold where.")
    need_kinds: Connection[NeedKind] = connection("NeedKind", None, "Why people may need attention.")
