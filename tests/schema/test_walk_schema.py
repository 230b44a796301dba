"""Every way by which the schema leads to a type, walked by viewers of every kind: each is shown what the rule says, stated on its own in
`oracle/`, and what is private of it stands in the log of reads, all of it and nothing else."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import orjson
import pytest
import strawberry
from filled_towns import filled_town, now
from generated_runs import Bench, parsed
from graphql import GraphQLObjectType, get_named_type, is_leaf_type
from oracle.interpreter import interpret
from oracle.private import PRIVATE_FIELDS, SEALED_FIELDS, SUBJECTS
from oracle.scopes import holds
from oracle.sees import ALIKE, RULES
from oracle.values import reads, source_of
from oracle.world import Database, World
from walk_paths import NoWayError, Walk, is_planned, planned_types
from walk_runs import Asked, Walker, answered
from walk_town import LOGINS, SEALER, fill, sealed_values, viewers

from wangge_core.db import tables as t
from wangge_core.db.engines import database_url
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome
from wangge_core.logs.entries import ReadKind
from wangge_core.logs.purposes import Purpose, Stated
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.viewers import Viewer
from wangge_core.rules import Rules
from wangge_schema.answers import GraphQLRequest
from wangge_schema.documents import InvalidDocumentError
from wangge_schema.live.following import Live, LiveLimits
from wangge_schema.register import class_of
from wangge_schema.writing import fields, payloads

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def walked_town(request: pytest.FixtureRequest, rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database with the town that is walked."""
    yield from filled_town(request, rules, tmp_path_factory, fill)


@pytest.fixture(scope="module")
def world(walked_town: str, rules: Rules) -> Iterator[World]:
    database = Database(database_url(walked_town), rules, now)
    yield World(database)
    database.close()


@pytest.fixture
async def walker(walked_town: str, rules: Rules, schema: strawberry.Schema, world: World) -> AsyncIterator[Walker]:
    deployment = Deployment(database_url(walked_town), dataclasses.replace(rules, reveals_per_hour=1000), clock=now)
    deployment.sealer = SEALER
    yield Walker(Bench(deployment, schema, world, []), Walk(schema._schema))
    await deployment.close()


async def kinds(walker: Walker) -> Mapping[str, Viewer]:
    async with walker.bench.deployment.read() as work:
        return await viewers(work)


def told_apart(walker: Walker) -> None:
    """What a walk must have shown and kept back, so that it says something."""
    others = {type.name for *_, type in things_of(walker)}
    unseen = set(walker.walk.planned) - set(walker.seen) - others
    assert not unseen, f"nobody was shown any {sorted(unseen)}"
    kept = [(type, walker.seen[type]) for type, rule in RULES.items() if rule not in ALIKE and type in walker.seen]
    same = [type for type, seen in kept if len({seen[kind] for kind in ("anonymous", *LOGINS)}) == 1]
    assert not same, f"the same for everybody: {same}"
    private = {f"{type}.{name}" for type, names in PRIVATE_FIELDS.items() for name in names}
    assert private <= set(walker.told), f"never logged: {sorted(private - set(walker.told))}"


def is_for_few(asked: Asked) -> bool:
    """Whether a document asks for private values of a person, filters or lists by them, or asks what only one of the viewers sees."""
    said = (" bornOn ", " persons(", " relation ", " movedInOn ", " legalBasis ", " counted ")
    return any(one in asked[0] for one in said)


SHARES = [pytest.param(5, 11, id="in turns"), pytest.param(1, 2, id="everybody", marks=pytest.mark.long)]
"""Among how many viewers a document that is for few goes round, and any other: of eleven, two or three ask the one and one asks the other,
others on each database. `everybody` takes minutes: all ask what is for few on both databases, and all else on one of them, and then
everything must have been shown to somebody."""


@pytest.mark.parametrize(("few", "many"), SHARES)
async def test_every_way_shows_each_viewer_what_the_rule_says(walker: Walker, few: int, many: int) -> None:
    api = await walker.bench.api(wide=False)
    asked = list(walker.queries())
    assert walker.walk.walked == walker.walk.edges, f"nothing led over {sorted(walker.walk.edges - walker.walk.walked)}"
    others = [one for one in asked if not is_for_few(one)] + walker.filters
    on_postgresql = walker.bench.deployment.dialect.name == "postgresql"
    for number, (kind, viewer) in enumerate((await kinds(walker)).items(), on_postgresql):
        for one in [*list(filter(is_for_few, asked))[number % few :: few], *others[number % many :: many]]:
            await walker.ask(api, kind, viewer, one)
    assert not walker.wrong, "\n".join(one[:2000] for one in walker.wrong[:10])
    assert not walker.bench.told["refused"]
    if few == 1:
        told_apart(walker)


def things_of(walker: Walker) -> Iterator[tuple[str, Any, str, GraphQLObjectType]]:
    """Every mutation that answers with a thing, the field of its payload, and the type. Raises NoWayError."""
    mutations = walker.walk.schema.mutation_type
    assert mutations is not None
    for name, one in mutations.fields.items():
        if name in OWN_ANSWERS:
            continue
        payload: Any = get_named_type(one.type)
        behind = {key: get_named_type(field.type) for key, field in payload.fields.items() if key != "userErrors"}
        things = {key: type for key, type in behind.items() if not is_leaf_type(type)}
        if len(things) != 1 or not all(map(is_planned, things.values())):
            raise NoWayError(f"{name} answers with {behind}")
        ((key, type),) = things.items()
        yield name, one, key, type  # type: ignore[misc]


OWN_ANSWERS = {
    "sync",
    "personReveal",
    "personFind",
    "personExport",
    "eventReporterAdd",
    "eventReporterReveal",
    "campaignCheckIn",
} | {f"publicReport{what}" for what in ("Submit", "Answer", "Rate", "Reopen", "Withdraw")}
"""Mutations that answer with something else than the thing that they have written: they have tests of their own below."""


async def test_every_payload_shows_each_viewer_what_the_rule_says(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was written, and whoever was let: what the payload shows of it is read by the viewer's rights, and logged."""
    written = [0]

    async def perform(info: Any, _operation: Any, _request: Any, _key: Any, rename: Any, **_: Any) -> Any:
        raw = info._raw_info
        return await payloads._answer(raw.context, raw, Outcome(id=written[0]), rename)

    monkeypatch.setattr(fields, "perform", perform)
    api = await walker.bench.api(wide=False)
    asked: list[tuple[Asked, GraphQLObjectType]] = []
    for name, one, key, type in things_of(walker):
        again = any(known is type for _, known in asked) and type.name not in PRIVATE_FIELDS
        selection = "__typename" if again else walker.walk.leaves(type)
        text, variables = walker.walk.call(name, one, f"{key} {{ {selection} }}")
        asked.append(((f"mutation{text}", variables), type))
    for kind, viewer in (await kinds(walker)).items():
        for one, type in asked:
            for written[0] in walker.some(viewer, type):
                walker.bench.log.entries.clear()
                answer = await answered(api, one, viewer)
                (expected,), interpreter = walker.behind(viewer, one, list(written))
                payload = next(iter((answer.get("data") or {"": answer}).values()))
                got = next(iter(payload.values()))
                walker.compare(kind, one, expected, got, interpreter, walker.bench.log.told())
    assert not walker.wrong, "\n".join(one[:2000] for one in walker.wrong[:10])
    assert {type.name for _, type in asked} <= set(walker.seen)


REVEAL = """mutation($id: ID!) { personReveal(id: $id, input: {fields: [IDENTITY_NUMBER, PHONE], purpose: SERVICE}) {
  values { identityNumber phone } } }"""
FIND = "mutation($phone: String) {{ personFind(input: {{phone: $phone, purpose: SERVICE}}) {{ persons {{ {} }} }} }}"
EXPORT = "mutation($id: ID!) { personExport(id: $id, input: {purpose: DATA_REQUEST}) { export } }"


def may_reveal(world: World, viewer: Viewer, person: Mapping[str, Any], by: Capability, *, own: bool = True) -> bool:
    if person["removed_at"] is not None:
        return False
    return (own and person["id"] in viewer.own_person_ids) or holds(viewer, by, world.path_of_grid[person["grid_id"]])


async def test_sealed_values_leave_to_whom_the_rule_says_and_each_time_is_logged(walker: Walker) -> None:
    api, world, log = await walker.bench.api(wide=False), walker.bench.world, walker.bench.log
    find = FIND.format(walker.walk.leaves(walker.walk.planned["Person"]))
    persons = world.rows(t.person)
    for kind, viewer in (await kinds(walker)).items():
        for id in list(persons)[::3]:
            log.entries.clear()
            values = (await answered(api, (REVEAL, {"id": f"Person:{id}"}), viewer))["data"]["personReveal"]["values"]
            sealed = sealed_values(id)
            may = may_reveal(world, viewer, persons[id], Capability.REVEAL_SEALED)
            shown = {"identityNumber": sealed["identity_number"], "phone": f"+86{sealed['phone']}"}
            assert values == (shown if may else None), (kind, id)
            assert log.told() == ({(id, "Person", name) for name in SEALED_FIELDS["Person"]} if may else set()), (kind, id)
            assert {one.kind for one in log.entries} <= {ReadKind.REVEAL}
            log.entries.clear()
            asked: Asked = (find, {"phone": sealed["phone"]})
            same = [one for one in persons if one // 3 == id // 3]
            known = [one for one in sorted(same) if may_reveal(world, viewer, persons[one], Capability.REVEAL_SEALED, own=False)]
            expected, interpreter = walker.behind(viewer, asked, known)
            got = (await answered(api, asked, viewer))["data"]["personFind"]["persons"]
            interpreter.reads |= {(one, "Person", "phone") for one in known}
            walker.compare(kind, asked, [one for one in expected if one], got or [], interpreter, log.told())
            log.entries.clear()
            export = (await answered(api, (EXPORT, {"id": f"Person:{id}"}), viewer))["data"]["personExport"]["export"]
            assert bool(export) is may_reveal(world, viewer, persons[id], Capability.MANAGE_DATA), (kind, id)
            told = log.told()
            assert {one.kind for one in log.entries} == ({ReadKind.EXPORT} if export else set())
            assert bool(told) is bool(export)
            assert {one for one, _, _ in told} <= {id}
    assert not walker.wrong, "\n".join(one[:2000] for one in walker.wrong[:10])


FOLLOWED = {"eventChanged": "Event", "taskAssigned": "Task", "campaignProgress": "Campaign"}
"""What can be followed, and the type of what it tells."""


@pytest.mark.parametrize("root", FOLLOWED)
async def test_every_message_shows_each_subscriber_what_the_rule_says(walker: Walker, root: str) -> None:
    world, log = walker.bench.world, walker.bench.log
    roots = walker.walk.schema.subscription_type
    assert roots is not None
    if set(roots.fields) != set(FOLLOWED):
        raise NoWayError(f"nobody knows how to follow {list(roots.fields)}")
    type = walker.walk.planned[FOLLOWED[root]]
    thing = type.name.lower()
    asked: Asked = (f"subscription {{ {root} {{ {thing} {{ {walker.walk.rows(type)} }} }} }}", {})
    live = Live(await walker.bench.api(wide=False), LiveLimits(seconds_between_checks=600, messages=1000))
    found = await kinds(walker)
    request = GraphQLRequest(query=asked[0], variables={})
    with pytest.raises(InvalidDocumentError):
        await live.subscribe(request, found["anonymous"])
    streams = {kind: await live.subscribe(request, viewer) for kind, viewer in found.items() if kind != "anonymous"}
    for stream in streams.values():
        await anext(stream)
    log.entries.clear()
    rows = world.rows(source_of(type).table)
    some = list(rows)[::5]  # of campaigns one message tells all that comes at once
    told = some if thing == "campaign" else [*some, *some]  # a message that is not for somebody would come between those that are
    posts = [post for viewer in found.values() for post in viewer.post_ids]
    for kind, viewer in found.items():
        if kind == "anonymous":
            continue
        read, expected = [], []
        for id in told:
            (one,), interpreter = walker.behind(viewer, asked, [id])
            if one is not None and (thing != "task" or viewer.post_ids):
                expected.append((one, interpreter))
        if kind == "resident":
            async with walker.bench.deployment.write() as work:
                for id in told:
                    announce(work, thing, rows[id], posts)
                assert await work.write_announcements()  # before deliveries are queued for them: the world stays as it is
            walker.bench.deployment.bell.ring()
        for one, interpreter in expected:
            async with asyncio.timeout(120):
                message = await anext(streams[kind])
            read.append(message)
            walker.compare(kind, asked, one, orjson.loads(message.body)["data"][root][thing], interpreter, interpreter.reads)
        assert len(read) == len(expected)
        mine = [one for entry in log.entries if entry.account_id == viewer.account_id for one in entry.reads]
        logged = {(person, one.type, name) for one in mine for person in one.subjects for name in one.fields}
        assert logged == set().union(*(interpreter.reads for _, interpreter in expected)), kind
    await live.close()
    assert not walker.wrong, "\n".join(one[:2000] for one in walker.wrong[:10])


def announce(work: Work, thing: str, row: Mapping[str, Any], posts: list[int]) -> None:
    """Tell of a change of an event or campaign, or of a task as if it were given to all these posts: whether they see it, the rule says."""
    if thing == "campaign":
        work.announce("campaign.progress", row["id"], row["grid_id"])
    elif thing == "event":
        work.announce("event.commented", row["id"], row["grid_id"], kind=row["kind_id"], stage=row["stage"])
    else:
        given = {"event": row["event_id"], "kind": row["kind"], "posts": posts, "offices": [], "roles": []}
        work.announce("task.given", row["id"], row["grid_id"], **given)


async def test_without_a_purpose_nothing_private_leaves_where_one_is_required(walker: Walker) -> None:
    """Every way to what is private, again: where the answer would have something private in it, there is none."""
    deployment, log = walker.bench.deployment, walker.bench.log
    deployment.rules = dataclasses.replace(deployment.rules, purpose_required=True)
    api = await walker.bench.api(wide=False)
    asked = list(filter(is_for_few, walker.queries()))
    refused = 0
    found = await kinds(walker)
    for kind in ("anonymous", "resident", "grid worker", "auditor"):
        for document, variables in asked[:: 2 if kind == "grid worker" else 5]:
            log.entries.clear()
            expected = interpret(walker.bench.world, walker.bench.graphql, parsed(document), variables, found[kind])
            answer = await api.answer(GraphQLRequest(query=document, variables=variables), found[kind])
            if not expected.reads:
                assert "PURPOSE_REQUIRED" not in answer.codes, (kind, document[:200])
                continue
            refused += 1
            assert answer.codes == ("PURPOSE_REQUIRED",), (kind, document[:200])
            assert orjson.loads(answer.body)["data"] is None
            assert not log.entries
            if refused % 5 == 1:
                stated = GraphQLRequest(query=document, variables=variables, purpose=Stated(Purpose.VISIT, "monthly"))
                assert (await api.answer(stated, found[kind])).codes == ()
                assert log.told() == expected.reads
                assert [one.stated for one in log.entries] == [Stated(Purpose.VISIT, "monthly")]
    assert refused > 5


def test_the_classes_of_what_is_private_are_those_that_were_thought_about(schema: strawberry.Schema) -> None:
    """A class that is lowered, or a field that is personal and new, must be said twice."""
    found: dict[DataClass, dict[str, set[str]]] = {DataClass.PRIVATE: {}, DataClass.SEALED: {}}
    for name, type in planned_types(schema._schema).items():
        for field, one in type.fields.items():
            data_class = class_of(source_of(type), reads(one))
            if data_class in found:
                found[data_class].setdefault(name, set()).add(field)
    assert found[DataClass.PRIVATE] == {type: set(names) for type, names in PRIVATE_FIELDS.items()}
    assert found[DataClass.SEALED] == {type: set(names) for type, names in SEALED_FIELDS.items()}
    assert set(SUBJECTS) == set(PRIVATE_FIELDS)
