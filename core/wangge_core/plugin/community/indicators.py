"""Measures and indicators that every deployment has, and the milestones of the community's workflows.

Sources: GB/T 30428.4 is the national standard of evaluation in digital city management; S0, S1, S3 and S4 are published reports of
districts; P is practice in the systems of several cities.
"""

from wangge_core.plugin.community.workflows.complaints import CORRECTION, SERVICE_COMPLAINT
from wangge_core.plugin.community.workflows.errands import ERRAND
from wangge_core.plugin.community.workflows.mediation import MEDIATION
from wangge_core.plugin.community.workflows.newcomers import NEWCOMER
from wangge_core.plugin.community.workflows.projects import PROJECT
from wangge_core.plugin.community.workflows.three_loops import THREE_LOOPS
from wangge_core.plugin.community.workflows.warnings import ALERT, FRAUD_WARNING
from wangge_core.plugin.declarations.indicators import (
    Chases,
    Closings,
    CountedFor,
    Counts,
    DueToClose,
    Extensions,
    Indicator,
    Measure,
    Milestones,
    Overruns,
    Patrols,
    Ratings,
    Reports,
    Responses,
    Results,
    Settlements,
    Statistic,
    StepsMade,
    Supplied,
    Unit,
    Visits,
)

DOER = CountedFor.DOER
EVALUATION = "GB/T 30428.4"
REPORTED = Measure("reported", zh="上报数", way=Reports(), counted_for=DOER)
ACCEPTED = Measure("accepted", zh="受理数", way=StepsMade(), counted_for=DOER)
NOT_ACCEPTED = Measure("not_accepted", zh="不予受理数", way=StepsMade(), counted_for=DOER)
FILED = Measure("filed", zh="立案数", way=StepsMade(), counted_for=DOER)
DISPATCHED = Measure("dispatched", zh="派遣数", way=StepsMade(), counted_for=DOER)
SETTLED_ON_THE_SPOT = Measure("settled_on_the_spot", zh="自行处置数", way=StepsMade(), counted_for=DOER)
DUE_TO_CLOSE = Measure("due_to_close", zh="应结案数", way=DueToClose())
CLOSED = Measure("closed", zh="结案数", way=Closings())
CLOSED_IN_TIME = Measure("closed_in_time", zh="按期结案数", way=Closings(in_time=True))
COMPLETED = Measure("completed", zh="办结数", way=Settlements())
REWORKED = Measure("reworked", zh="返工数", way=StepsMade(each=True))
EXTENDED = Measure("extended", zh="延期数", way=Extensions())
OVERDUE = Measure("overdue", zh="超期数", way=Overruns())
CHASED = Measure("chased", zh="督办数", way=Chases())
REOPENED = Measure("reopened", zh="重办数", way=StepsMade(each=True))
RATED = Measure("rated", zh="评价数", way=Ratings())
RATED_SATISFIED = Measure("rated_satisfied", zh="评价满意数", way=Ratings(least=4))
RESPONSES = Measure("response_minutes", zh="响应用时", way=Responses(), counted_for=DOER)
RESULT_KNOWN = Measure("result_known", zh="结果已知数", way=Results())
RESULT_IN_TIME = Measure("result_in_time", zh="按时办结数", way=Results(in_time=True))
MEDIATED = Measure("mediated", zh="调解成功数", way=StepsMade())
NOT_MEDIATED = Measure("not_mediated", zh="调解不成数", way=StepsMade())
MEDIATION_ENDED_OTHERWISE = Measure("mediations_otherwise", zh="撤回、引导、移交数", way=StepsMade())
VISITS_DONE = Measure(
    "visits_done", zh="走访数", way=Visits(what=("VISIT",), outcomes=("MET", "BY_PHONE", "DECLINED")), counted_for=DOER
)
PATROLS_DONE = Measure("patrols_done", zh="巡查数", way=Patrols(), counted_for=DOER)
VISITS_DUE = Measure("visits_due", zh="应走访数", way=Supplied("visits_due"))
VISITS_MADE = Measure("visits_made", zh="已走访数", way=Supplied("visits_made"))
PATROLS_DUE = Measure("patrols_due", zh="应巡查数", way=Supplied("patrols_due"))
PATROLS_MADE = Measure("patrols_made", zh="已巡查数", way=Supplied("patrols_made"))
FACTS = Measure("facts", zh="应核实信息数", way=Supplied("facts"))
FACTS_CONFIRMED = Measure("confirmed_facts", zh="已核实信息数", way=Supplied("facts_confirmed"))
POSTS_REQUIRED = Measure("posts_required", zh="应配岗位数", way=Supplied("posts_required"))
POSTS_FILLED = Measure("posts_filled", zh="已配岗位数", way=Supplied("posts_filled"))
PERSONS_REGISTERED = Measure("persons_registered", zh="登记人数", way=Supplied("persons_registered"))
OFFICIAL_POPULATION = Measure("official_population", zh="官方人口数", way=Supplied("official_population"))

MEASURES = (
    REPORTED,
    ACCEPTED,
    NOT_ACCEPTED,
    FILED,
    DISPATCHED,
    SETTLED_ON_THE_SPOT,
    DUE_TO_CLOSE,
    CLOSED,
    CLOSED_IN_TIME,
    COMPLETED,
    REWORKED,
    EXTENDED,
    OVERDUE,
    CHASED,
    REOPENED,
    RATED,
    RATED_SATISFIED,
    RESPONSES,
    RESULT_KNOWN,
    RESULT_IN_TIME,
    MEDIATED,
    NOT_MEDIATED,
    MEDIATION_ENDED_OTHERWISE,
    VISITS_DONE,
    PATROLS_DONE,
    VISITS_DUE,
    VISITS_MADE,
    PATROLS_DUE,
    PATROLS_MADE,
    FACTS,
    FACTS_CONFIRMED,
    POSTS_REQUIRED,
    POSTS_FILLED,
    PERSONS_REGISTERED,
    OFFICIAL_POPULATION,
)

EVENTS = (
    Indicator("events_reported", zh="上报量", numerator=REPORTED, unit=Unit.COUNT, formula="reported", higher_is_better=None),
    Indicator("filing_rate", zh="立案率", numerator=FILED, denominator=ACCEPTED, formula="filed / accepted", source=EVALUATION),
    Indicator(
        "dispatch_rate", zh="派遣率", numerator=DISPATCHED, denominator=FILED, formula="dispatched / filed", source=EVALUATION
    ),
    Indicator(
        "closing_rate",
        zh="结案率",
        numerator=CLOSED,
        denominator=DUE_TO_CLOSE,
        formula="closed / due to close, with carry-over",
        source=EVALUATION,
    ),
    Indicator(
        "on_time_rate",
        zh="按期结案率",
        numerator=CLOSED_IN_TIME,
        denominator=DUE_TO_CLOSE,
        formula="closed in time / due to close, with carry-over",
        source=EVALUATION,
    ),
    Indicator(
        "on_time_share",
        zh="按时办结占比",
        numerator=RESULT_IN_TIME,
        denominator=RESULT_KNOWN,
        formula="settled in time / result known, by the day of the report",
        source="P",
    ),
    Indicator(
        "completion_rate",
        zh="办结率",
        numerator=COMPLETED,
        denominator=REPORTED - NOT_ACCEPTED,
        formula="completed / (reported − not accepted)",
        source="S4",
    ),
    Indicator(
        "rework_rate",
        zh="返工率",
        numerator=REWORKED,
        denominator=DUE_TO_CLOSE,
        formula="reworked / due to close, with carry-over",
        source=EVALUATION,
        higher_is_better=False,
    ),
    Indicator(
        "extension_rate",
        zh="延期率",
        numerator=EXTENDED,
        denominator=DUE_TO_CLOSE,
        formula="extended / due to close, with carry-over",
        source=EVALUATION,
        higher_is_better=False,
    ),
    Indicator(
        "events_overdue",
        zh="超期量",
        numerator=OVERDUE,
        unit=Unit.COUNT,
        formula="deadlines that were missed, by the day of the deadline",
        source="P",
        higher_is_better=False,
    ),
    Indicator(
        "chase_ups",
        zh="督办量",
        numerator=CHASED,
        unit=Unit.COUNT,
        formula="chase-ups from above",
        source="P",
        higher_is_better=False,
    ),
    Indicator(
        "reopening_rate",
        zh="重办率",
        numerator=REOPENED,
        denominator=COMPLETED,
        formula="reopened / completed: closed, with a deadline or without",
        source="P",
        higher_is_better=False,
    ),
    Indicator(
        "self_settled_share",
        zh="自行处置占比",
        numerator=SETTLED_ON_THE_SPOT,
        denominator=REPORTED,
        formula="settled on the spot / reported",
        source="P",
    ),
    Indicator(
        "response_time",
        zh="响应时间",
        numerator=RESPONSES,
        unit=Unit.MINUTES,
        formula="median minutes from the report to the first move by a person",
        source="P",
        higher_is_better=False,
    ),
    Indicator(
        "mediation_success",
        zh="调解成功率",
        numerator=MEDIATED,
        denominator=MEDIATED + NOT_MEDIATED,
        formula="settled / (settled + not settled); withdrawn, referred and handed over stand beside it",
        source="S4",
    ),
    Indicator(
        "mediation_ended_otherwise",
        zh="调解以其他方式结束",
        numerator=MEDIATION_ENDED_OTHERWISE,
        unit=Unit.COUNT,
        formula="withdrawn + referred + handed over",
        source="S4",
        higher_is_better=None,
    ),
    Indicator(
        "satisfaction",
        zh="满意率",
        numerator=RATED_SATISFIED,
        denominator=RATED,
        formula="rated 4 or 5 / rated",
        source="S3",
    ),
)

SUPPLIED = (
    Indicator(
        "visit_completion",
        zh="走访完成率",
        numerator=VISITS_MADE,
        denominator=VISITS_DUE,
        formula="duties of visiting done / due in the period that the end lies in; met, by phone and declined are done",
        source="S1",
    ),
    Indicator(
        "patrol_completion",
        zh="巡查完成率",
        numerator=PATROLS_MADE,
        denominator=PATROLS_DUE,
        formula="duties of patrolling done / due in the period that the end lies in",
        source="S3",
    ),
    Indicator(
        "facts_confirmed",
        zh="信息核实率",
        numerator=FACTS_CONFIRMED,
        denominator=FACTS,
        formula="facts confirmed in the 12 months before the end / facts",
        source="S1",
    ),
    Indicator(
        "staffing_rate",
        zh="配备率",
        numerator=POSTS_FILLED,
        denominator=POSTS_REQUIRED,
        formula="required posts that are filled / required posts, at the end",
        source="S3",
    ),
    Indicator(
        "register_share",
        zh="登记覆盖率",
        numerator=PERSONS_REGISTERED,
        denominator=OFFICIAL_POPULATION,
        formula="persons registered / official population, at the end",
        source="S3",
    ),
    Indicator(
        "visits", zh="走访量", numerator=VISITS_DONE, unit=Unit.COUNT, formula="visits met, by phone or declined", source="S1"
    ),
    Indicator("patrols", zh="巡查量", numerator=PATROLS_DONE, unit=Unit.COUNT, formula="patrols that count", source="S3"),
)

MILESTONES = (
    Milestones(
        "three_loops",
        zh="三级闭环办理",
        workflow=THREE_LOOPS,
        closing=("answered", "closed"),
        counts=(
            Counts(ACCEPTED, moves=("accept", "settle_on_the_spot")),
            Counts(NOT_ACCEPTED, stages=("not_accepted", "voided")),
            Counts(DISPATCHED, moves=("send_direct",)),
            Counts(SETTLED_ON_THE_SPOT, moves=("settle_on_the_spot",)),
            Counts(REWORKED, moves=("rework",)),
            Counts(REOPENED, moves=("reopen",)),
        ),
    ),
    Milestones(
        "mediation",
        zh="矛盾纠纷调解",
        workflow=MEDIATION,
        closing=("settled", "not_settled", "referred", "handed_over"),
        due_stage="mediating",
        counts=(
            Counts(ACCEPTED, moves=("take_up", "settle_on_the_spot")),
            Counts(SETTLED_ON_THE_SPOT, moves=("settle_on_the_spot",)),
            Counts(REWORKED, moves=("breach",)),
            Counts(MEDIATED, stages=("settled",)),
            Counts(NOT_MEDIATED, stages=("not_settled",)),
            Counts(MEDIATION_ENDED_OTHERWISE, stages=("withdrawn", "referred", "handed_over")),
        ),
    ),
    Milestones(
        "errand",
        zh="代办",
        workflow=ERRAND,
        closing=("done",),
        due_stage="with_office",
        counts=(
            Counts(ACCEPTED, moves=("take", "do_at_once")),
            Counts(NOT_ACCEPTED, stages=("not_possible",)),
            Counts(DISPATCHED, moves=("hand_in",)),
            Counts(SETTLED_ON_THE_SPOT, moves=("do_at_once",)),
        ),
    ),
    Milestones(
        "newcomer",
        zh="新居民服务",
        workflow=NEWCOMER,
        closing=("follow_up", "settled_in", "declined"),
        due_stage="visiting",
        counts=(Counts(ACCEPTED, moves=("visit",)), Counts(NOT_ACCEPTED, stages=("nobody_there",))),
    ),
    Milestones(
        "fraud_warning",
        zh="防诈预警",
        workflow=FRAUD_WARNING,
        closing=("closed", "handed_over"),
        due_stage="warning",
        counts=(Counts(ACCEPTED, moves=("submit",)), Counts(NOT_ACCEPTED, stages=("unfounded",))),
    ),
    # An alert is a claim; once it is confirmed it goes on as an event of its own kind, which is counted then.
    Milestones(
        "alert",
        zh="预警核实",
        workflow=ALERT,
        closing=("confirmed", "unfounded"),
        due_stage="checking",
        counts=(Counts(ACCEPTED, moves=("send_to_check", "confirm_at_desk")),),
    ),
    Milestones(
        "service_complaint",
        zh="对服务的投诉",
        workflow=SERVICE_COMPLAINT,
        closing=("answered", "closed"),
        due_stage="looking_into",
        counts=(
            Counts(ACCEPTED, moves=("accept",)),
            Counts(NOT_ACCEPTED, stages=("not_accepted",)),
            Counts(REWORKED, moves=("object",)),
        ),
    ),
    Milestones(
        "correction",
        zh="个人信息更正",
        workflow=CORRECTION,
        closing=("corrected", "refused"),
        counts=(Counts(REOPENED, moves=("object",)),),
    ),
    Milestones(
        "project",
        zh="民生项目",
        workflow=PROJECT,
        closing=("in_use", "completed"),
        counts=(
            Counts(ACCEPTED, moves=("take_up", "fix_at_once")),
            Counts(NOT_ACCEPTED, stages=("rejected",)),
            Counts(FILED, moves=("fund",)),
            Counts(REWORKED, moves=("mend", "fault")),
        ),
    ),
)

INDICATORS: tuple[Statistic, ...] = (*MEASURES, *EVENTS, *SUPPLIED, *MILESTONES)
