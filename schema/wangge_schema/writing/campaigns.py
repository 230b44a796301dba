"""Mutations of campaigns. Check-ins are answered one by one."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, cast

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.types.info import Info

from wangge_core.campaigns.checking_in import MOST, Answered, CheckedIn, CheckIn, CheckIns, check_in
from wangge_core.campaigns.correcting import Correction, correct_targets
from wangge_core.campaigns.ending import CampaignEnd, end_campaigns
from wangge_core.campaigns.extending import CampaignExtend, extend_campaigns
from wangge_core.campaigns.outcomes import CheckInResult, ExceptionReason, TargetState
from wangge_core.campaigns.starting import GRID_WORKER, CampaignStart, start_campaigns
from wangge_core.errors import refusal
from wangge_schema.details import plain
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.project import Typed, project
from wangge_schema.reading.select import Chosen
from wangge_schema.scalars import DateTime
from wangge_schema.session import Session
from wangge_schema.types.campaign_targets import CampaignProblem, CampaignTargetsInput, chosen_of, problem
from wangge_schema.types.campaigns import Campaign, CampaignTarget
from wangge_schema.writing.changes import SEEN
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import TEXT, optional, required
from wangge_schema.writing.payloads import RefusedError, answered, at_last, key_of, optional_key, payload

THINGS = {"Person": "person_id", "Unit": "unit_id", "Asset": "asset_id", "Place": "place_id", "Organization": "organization_id"}


@strawberry.input(description="A campaign to start now. Its list is frozen at once; nothing is added to it later.")
class CampaignStartInput:
    name: str = required("Its name, at most 200 characters.")
    purpose: str = required("What it is for, at most 400 characters.")
    legal_basis: str = required("By which law it is done, at most 400 characters.")
    grid_id: strawberry.ID = required("The grid whose ground it is.")
    targets: CampaignTargetsInput = required("What stands on its list; `campaignCount` tells how many that are.")
    ends_at: DateTime = required("When it ends by itself, within 366 days.")
    keep_days: int | None = optional(
        "For how many days after the end results by person and home are kept, 1 to 366; 30 unless given. The figures of each grid stay."
    )
    role_ids: list[strawberry.ID] | None = optional("Whose posts have the targets of their ground; grid workers unless given.")
    event_id: strawberry.ID | None = optional("The event that it belongs to, such as a storm.")


@strawberry.input(description="A campaign to end later than it would.")
class CampaignExtendInput:
    ends_at: DateTime = required("When it ends from now on, within 366 days of its start.")
    reason: str = required("Why, at most 400 characters. Whoever sees the campaign sees it.")
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="A campaign to end before its end.")
class CampaignEndInput:
    expected_version: int | None = optional(SEEN)


@strawberry.input(description="A target to check in, named in exactly one way, and how it came out.")
class CampaignCheckInInput:
    target_id: strawberry.ID | None = optional("The target. For RECORD_WORK and READ_WORK over its grid.")
    code: str | None = optional("The code that was scanned. For RECORD_WORK anywhere on the campaign's ground, as at a station.")
    thing_id: strawberry.ID | None = optional(
        "The person, home, asset, place or organisation itself. For RECORD_WORK and READ_WORK over the target's grid."
    )
    outcome: TargetState | None = optional("DONE unless given, or EXCEPTION.")
    reason: ExceptionReason | None = optional("Why it is an exception. Nothing follows from it for whoever it is about.")
    at: DateTime | None = optional("When it came out so; now unless given. Not before the campaign began.")
    key: str | None = optional("Made by the client for this check-in, at most 80 characters, and sent again with it.")


@strawberry.input(description="What the outcome of a target should have been.")
class CampaignTargetCorrectInput:
    outcome: TargetState = required("How far it is; OPEN takes its check-in back.")
    reason: ExceptionReason | None = optional("Why it is an exception.")
    expected_version: int | None = optional(SEEN)


@strawberry.type(description="What became of one check-in.")
class CampaignCheckInAnswer:
    key: str | None = strawberry.field(description="The key that the client gave.")
    result: CheckInResult = strawberry.field(
        description="COUNTED once and never again; CORRECTED where an exception is done after all; ALREADY_DONE with the outcome that it "
        "has; REFUSED for `problems`."
    )
    target_id: strawberry.ID | None = strawberry.field(description="The target; null where it was refused.")
    outcome: TargetState | None = strawberry.field(description="Its outcome now.")
    reason: ExceptionReason | None = strawberry.field(
        description="Why it is an exception. What became of persons and homes is told to who said so alone."
    )
    at: DateTime | None = strawberry.field(description="When it came out so.")
    problems: list[CampaignProblem] = strawberry.field(description="Why it was refused; empty where it was not.")


def _start(_: str, given: Given, __: Any) -> CampaignStart:
    values: dict[str, Any] = {name: given[name] for name in ("name", "purpose", "legal_basis", "ends_at")}
    return CampaignStart(
        grid_id=key_of(given["grid_id"], "Grid", "gridId"),
        chosen=chosen_of(given["targets"]),
        keep_days=given.get("keep_days", 30),
        role_ids=tuple(given.get("role_ids", (GRID_WORKER,))),
        event_id=optional_key(given.get("event_id"), "Event", "eventId"),
        **values,
    )


def _end(id: str, given: Given, _: Any) -> CampaignEnd:
    return CampaignEnd(id=key_of(id, "Campaign", "id"), expected_version=given.get("expected_version"))


def _extend(id: str, given: Given, _: Any) -> CampaignExtend:
    version = given.get("expected_version")
    return CampaignExtend(
        id=key_of(id, "Campaign", "id"), ends_at=given["ends_at"], reason=given["reason"], expected_version=version
    )


def _correction(id: str, given: Given, _: Any) -> Correction:
    reason = ExceptionReason(given["reason"]) if "reason" in given else None
    state = TargetState(given["outcome"])
    version = given.get("expected_version")
    return Correction(id=key_of(id, "CampaignTarget", "id"), state=state, reason=reason, expected_version=version)


def _item(given: Given) -> CheckIn:
    """One check-in for the core. Raises RefusedError."""
    thing, named = None, given.get("thing_id")
    if named is not None:
        prefix = named.partition(":")[0]
        thing = (THINGS.get(prefix, ""), key_of(named, prefix if prefix in THINGS else "Person", "thingId"))
    return CheckIn(
        target_id=optional_key(given.get("target_id"), "CampaignTarget", "targetId"),
        code=given.get("code"),
        thing=thing,
        state=TargetState(given.get("outcome", TargetState.DONE)),
        reason=ExceptionReason(given["reason"]) if "reason" in given else None,
        at=given.get("at"),
        key=given.get("key"),
    )


def check_ins_of(campaign_id: str, given: Given) -> CheckIns:
    """One check-in as the core takes them. Raises RefusedError."""
    return CheckIns(campaign_id=key_of(campaign_id, "Campaign", "campaignId"), items=(_item(given),))


def _items(given: Sequence[Given]) -> list[CheckIn | CheckedIn]:
    """The check-ins, and the answers to those that cannot even be handed to the core."""
    found: list[CheckIn | CheckedIn] = []
    for one in given:
        try:
            found.append(_item(one))
        except RefusedError as error:
            found.append(CheckedIn(result=CheckInResult.REFUSED, refusals=(error.refusal,)))
    return found


async def campaign_check_in(info: Info, id: strawberry.ID, input: list[CampaignCheckInInput]) -> Any:
    """The field `campaignCheckIn`."""
    raw = cast("GraphQLResolveInfo[Any]", info._raw_info)  # pyright: ignore[reportUnknownMemberType]
    session: Session = raw.context
    given: list[Given] = plain(input)
    answers, key = await _checked_in(session, id, given)

    async def thing(path: str, one: Chosen) -> Any:
        if one.name == "results":
            told = [_told(item, answer, session) for item, answer in zip(given, answers.results, strict=True)]
            return project(told, one)
        return Completed.json(await session.thing((path, one.key), one, key)).value

    return await answered(session, raw, answers.refusals, str, thing)


async def _checked_in(session: Session, id: str, given: Sequence[Given]) -> tuple[Answered, int]:
    if session.viewer.account_id is None and not session.viewer.scopes:
        return Answered(refusals=(refusal("NOT_SIGNED_IN"),)), 0
    try:
        campaign = key_of(id, "Campaign", "id")
    except RefusedError as error:
        return Answered(refusals=(error.refusal,)), 0
    if len(given) > MOST:
        return Answered(refusals=(refusal("TOO_MANY", "input", most=MOST),)), 0
    items = _items(given)
    sent = tuple(one for one in items if isinstance(one, CheckIn))

    async def write() -> Answered:
        async with session.deployment.write(session.viewer, "campaignCheckIn") as work:
            (answers,) = await check_in(work, session.viewer, [CheckIns(campaign_id=campaign, items=sent)])
        return answers

    answers = await at_last(write)
    waiting = iter(answers.results)
    if answers.refusals:
        return answers, campaign
    return Answered(results=tuple(one if isinstance(one, CheckedIn) else next(waiting) for one in items)), campaign


def _told(given: Given, answer: CheckedIn, session: Session) -> Typed:
    members = {
        "key": given.get("key"),
        "result": answer.result.value,
        "targetId": answer.target_id and f"CampaignTarget:{answer.target_id}",
        "outcome": answer.state,
        "reason": answer.reason,
        "at": answer.checked_at,
        "problems": [problem(one, session.viewer.language) for one in answer.refusals],
    }
    return Typed("CampaignCheckInAnswer", members)


ANSWERS = "What became of each, in order; null where none was looked at."


def checking_fields() -> Mapping[str, Any]:
    """The field of check-ins, by Python name."""
    answer = payload(
        "CampaignCheckIn",
        "campaign",
        Campaign,
        ("CAMPAIGN_ENDED", "TOO_MANY"),
        results=(list[CampaignCheckInAnswer] | None, ANSWERS),
    )
    id = Annotated[strawberry.ID, strawberry.argument(description="The global id of the campaign.")]
    input = Annotated[list[CampaignCheckInInput], strawberry.argument(description=f"The check-ins, at most {MOST}.")]
    campaign_check_in.__annotations__ = {"info": Info, "id": id, "input": input, "return": answer}
    return {
        "campaign_check_in": strawberry.field(
            resolver=campaign_check_in,
            description="Check in targets of a running campaign, by scanning or by list. Each counts once, however often it is sent and by "
            "whomever; what cannot be counted is refused by itself, and the rest goes through. Codes in `problems`: NOT_ON_LIST, ONE_OF, "
            "REQUIRED, CHECK_IN_OPEN, CHECK_IN_REASON, CHECK_IN_TOO_EARLY, IN_THE_FUTURE, ID_INVALID, TOO_LONG, BLANK, TEXT_UNSTORABLE.",
        )
    }


MUTATIONS = [
    Mutation(
        name="campaignStart",
        description="Start a campaign: its list is frozen and spread over the grids, and posts of its roles have the targets of their "
        "ground. For MANAGE_WORK over the ground, and the rights to read what the targets are chosen by.",
        thing="campaign",
        type=Campaign,
        input=CampaignStartInput,
        operation=start_campaigns,
        request=_start,
        codes=(
            *TEXT,
            "GRID_OVERLAY",
            "GRID_ENDED",
            "OUT_OF_RANGE",
            "REQUIRED",
            "TOO_MANY",
            "KIND_UNKNOWN",
            "NEED_SENSITIVE",
            "ROLE_UNKNOWN",
            "EVENT_ENDED",
            "CAMPAIGN_TERM",
            "CAMPAIGN_EMPTY",
        ),
    ),
    Mutation(
        name="campaignExtend",
        description="Have a campaign end later. Its list stays as it was frozen. For MANAGE_WORK over its ground.",
        thing="campaign",
        type=Campaign,
        input=CampaignExtendInput,
        operation=extend_campaigns,
        request=_extend,
        codes=(*TEXT, "VERSION_OUTDATED", "CAMPAIGN_ENDED", "CAMPAIGN_NOT_LATER", "CAMPAIGN_TERM"),
        on="Campaign",
    ),
    Mutation(
        name="campaignEnd",
        description="End a campaign before its end. No check-in counts any more. For MANAGE_WORK over its ground.",
        thing="campaign",
        type=Campaign,
        input=CampaignEndInput,
        operation=end_campaigns,
        request=_end,
        codes=("VERSION_OUTDATED", "CAMPAIGN_ENDED"),
        on="Campaign",
    ),
    Mutation(
        name="campaignTargetCorrect",
        description="Correct the outcome of a target while its campaign runs; what it was is kept. For who checked it in, and for "
        "MANAGE_WORK over its grid.",
        thing="target",
        type=CampaignTarget,
        input=CampaignTargetCorrectInput,
        operation=correct_targets,
        request=_correction,
        codes=("VERSION_OUTDATED", "CAMPAIGN_ENDED", "REQUIRED", "CHECK_IN_REASON"),
        on="CampaignTarget",
    ),
]
