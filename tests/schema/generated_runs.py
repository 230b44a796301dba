"""Running generated documents: several times each, by different viewers with different variables, against the oracle.

A run that differs is told with its seed, and made smaller: fewer runs before it, and less in its document.
"""

import asyncio
import dataclasses
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import Any

import orjson
from generated_documents import Generated, Maker
from generated_shrinking import smaller
from generated_values import Values
from graphql import DocumentNode, GraphQLSchema, parse, print_ast, validate
from oracle.comparing import difference
from oracle.interpreter import Expected, interpret
from oracle.lists import Cursor
from oracle.private import Told
from oracle.scopes import holds
from oracle.sees import LOW, communities, level, papers, sees, serves_low
from oracle.world import World

from wangge_core.db import tables as t
from wangge_core.deployment import Deployment
from wangge_core.grids import extents
from wangge_core.logs.entries import Entry
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.scopes import Subtrees
from wangge_core.rights.viewers import HeldPost, Viewer, Withheld, anonymous, operator
from wangge_schema.answers import Answer, GraphQLRequest
from wangge_schema.api import Api
from wangge_schema.limits import Limits

RUNS = 5
"""How often each document is run."""
FEW = 6
"""From so many grids below it on, a grid counts as wide in half of the runs, so that both ways of reading are tried in a small town."""
DEAR = Limits(cost=10**12, text=10**6, tokens=10**5, selections=10**5, aliases=10**4, fragments=10**4, comparisons=10**7)
"""However long a document is, and however dear it is estimated: the town is small. The estimate is compared all the same."""
REFUSED = {"QUERY_TOO_COMPLEX"}
"""Codes of operations that are not answered because they ask too much; they are counted, not compared."""
MARK = re.compile("‹(\\\\?[A-Za-z]+) ([0-9.]+)›")


parsed = lru_cache(1000)(parse)
"""Documents that were parsed lately."""


class DisagreementError(AssertionError):
    """The planner and the oracle do not agree, or a promise is broken."""


@dataclass(frozen=True)
class Run:
    """An operation as it is asked once."""

    text: str
    variables: dict[str, Any]
    viewer: Viewer
    operation_name: str | None


class Log:
    """In place of the log of reads, which would change the town: keeps what it is given."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def write(self, entry: Entry) -> None:
        self.entries.append(entry)

    def told(self) -> set[Told]:
        """Of whom the entries tell which fields."""
        return {
            (person, one.type, name)
            for entry in self.entries
            for one in entry.reads
            for person in one.subjects
            for name in one.fields
        }

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Bench:
    """A town with its oracle, in which documents are tried."""

    deployment: Deployment
    schema: Any
    world: World
    viewers: Sequence[Viewer]
    told: Counter[str] = field(default_factory=Counter)
    """How many operations were run, refused, in error, and how many rows they read."""

    def __post_init__(self) -> None:
        self.values = Values(self.world, self.graphql)
        self.statements: list[str] = []
        self.apis: dict[bool, Api] = {}
        self.deployment.watch(self.note)
        self.log = Log()
        self.deployment.read_log = self.log  # type: ignore[assignment]

    def note(self, statement: str, _seconds: float, _failed: bool) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            self.statements.append(statement)

    @property
    def graphql(self) -> GraphQLSchema:
        return self.schema._schema

    async def api(self, *, wide: bool) -> Api:
        """The Api of all documents of a sort. In a wide one, grids with few below them count as having many."""
        if wide not in self.apis:
            self.apis[wide] = await self.fresh(wide=wide)
        return self.apis[wide]

    async def fresh(self, *, wide: bool) -> Api:
        """An Api that has run nothing, but has read what is read once."""
        many = extents.MANY
        extents.MANY = FEW if wide else many
        try:
            api = Api(self.deployment, self.schema, limits=DEAR)
            await api.execute("{ viewer { language } }", None, operator())
        finally:
            extents.MANY = many
        return api

    # ---- one seed

    def generated(self, random: Random) -> Generated:
        """A valid document."""
        while True:
            made = Maker(random, self.values).document()
            if not validate(self.graphql, parse(made.text)):
                return made
            self.told["invalid"] += 1

    async def seed(self, seed: int, *, shrinking: bool = True) -> None:
        """Try the document of a seed. Raises DisagreementError."""
        random = Random(seed)
        self.values.cursors.clear()
        made = self.generated(random)
        wide = seed % 2 == 1
        api = await self.api(wide=wide)
        before: list[Run] = []
        for _ in range(RUNS):
            run = Run(made.text, made.variables(random), self.viewer(random), made.operation_name)
            before.append(run)
            found = await self.tried(api, run)
            if found:
                raise DisagreementError(await self.report(seed, before, found, wide=wide) if shrinking else found)

    def viewer(self, random: Random) -> Viewer:
        """Somebody: nobody, the operator, a holder of posts, or one with made-up scopes and posts."""
        language = random.choice(("zh", "en"))
        luck = random.random()
        if luck < 0.05:
            return anonymous(language)
        if luck < 0.35:
            return operator(language)
        if luck < 0.65:
            seeing = [viewer for viewer in self.viewers if Capability.READ_EVENTS in viewer.scopes]
            among = seeing if random.random() < 0.8 else self.viewers
            return dataclasses.replace(random.choice(among), language=language)
        return self.made_up(random, language)

    def made_up(self, random: Random, language: Any) -> Viewer:
        paths = sorted(self.world.path_of_grid.values(), key=len)
        tops = random.choice((paths[:8], paths))
        scopes = {one: Subtrees.of(random.sample(tops, random.choice((1, 2, 5)))) for one in Capability if random.random() < 0.7}
        known = [post for viewer in self.viewers for post in viewer.posts]
        posts: list[HeldPost] = random.sample(known, random.choice((0, 1, 2, 6)))
        account = random.choice((None, *(viewer.account_id for viewer in self.viewers)))
        made = Viewer(account_id=account, login="made", language=language, posts=tuple(posts if account else ()), scopes=scopes)
        if account and random.random() < 0.4:
            person, *wards = random.sample(sorted(self.world.rows(t.person)), random.choice((1, 2, 3)))
            made = dataclasses.replace(made, person_id=person, ward_ids=tuple(wards))
        return dataclasses.replace(made, withheld=self.withheld(made))

    def withheld(self, viewer: Viewer) -> Withheld | None:
        """What a viewer with these posts and scopes would be kept from."""
        kinds = tuple(sorted(id for id, one in self.world.rows(t.event_kind).items() if one["hidden_from_grid"]))
        if not kinds or not serves_low(self.world, viewer):
            return None
        scope = viewer.scope(Capability.READ_EVENTS)
        above = Subtrees.of(path for path in scope.paths if level(self.world, path) not in LOW)
        return Withheld(kinds=kinds, from_above=above, communities=Subtrees.of(communities(self.world, viewer)))

    # ---- one run

    async def tried(self, api: Api, run: Run) -> str | None:
        """What is wrong with an operation's answer; None where nothing is."""
        found, _ = await self.judged(api, run)
        return found

    async def judged(self, api: Api, run: Run) -> tuple[str | None, Expected | None]:
        """As `tried`, with the answer that must be; None for what asked too much."""
        self.told["operations"] += 1
        request = GraphQLRequest(query=run.text, variables=run.variables, operation_name=run.operation_name)
        before = asyncio.all_tasks()
        self.statements.clear()
        self.log.entries.clear()
        answer = await api.answer(request, run.viewer)
        if left := asyncio.all_tasks() - before:  # what a failed field has left running is of this operation too
            await asyncio.wait(left)
        statements = len(self.statements)
        if REFUSED & set(answer.codes):
            self.told["refused"] += 1
            return None, None
        expected = interpret(self.world, self.graphql, parsed(run.text), run.variables, run.viewer, run.operation_name)
        self.told["errors"] += bool(expected.codes or not expected.executed)
        self.told["objects"] += expected.objects
        self.told["empty"] += not expected.objects
        found = self.compared(expected, answer, run) or self.promised(expected, answer, statements) or self.logged(expected)
        return found, expected

    def compared(self, expected: Expected, answer: Answer, run: Run) -> str | None:
        try:
            body = orjson.loads(answer.body)
        except ValueError as error:
            return f"the answer is not JSON: {error}"
        codes = [error["extensions"]["code"] for error in body.get("errors", ())]
        if sorted(codes) != sorted(answer.codes):
            return f"the codes are told as {answer.codes}, and the body has {codes}"
        if not expected.executed:
            return None if "data" not in body and codes else f"variables that do not fit were taken: {body}"
        allowed = set().union(*expected.codes.values())
        if bool(codes) is not bool(allowed) or not set(codes) <= allowed:
            return f"the errors are {codes}, not some of {sorted(allowed)}: {body.get('errors')}"
        cursors: list[tuple[Cursor, str]] = []
        if found := difference(expected.data, body.get("data"), cursors):
            return found
        self.told["cursors"] += len(cursors)
        for cursor, text in cursors:
            self.values.remember(cursor.type, cursor.order, text)
        return self.leaked(answer.body.decode(), run.viewer, expected.named)

    def promised(self, expected: Expected, answer: Answer, statements: int) -> str | None:
        """One statement for each root field; no estimate below the actual."""
        if statements > expected.root_fields or (not expected.codes and expected.executed and statements < expected.root_fields):
            return f"{statements} statements for {expected.root_fields} root fields: {self.statements}"
        if answer.cost and answer.cost < expected.objects:
            return f"the cost was estimated at {answer.cost}, and {expected.objects} objects were read"
        return None

    def logged(self, expected: Expected) -> str | None:
        """Whose private values are shown is logged, and of nobody else."""
        told = self.log.told()
        if expected.codes or not expected.executed or told == expected.reads:
            return None
        return f"the log has {sorted(told - expected.reads)} too much and lacks {sorted(expected.reads - told)}"

    def leaked(self, body: str, viewer: Viewer, named: Collection[int]) -> str | None:
        """A mark in an answer of what the viewer may not see, however it came there; `named` are accounts that the logs name to them."""
        for type, what in set(MARK.findall(body)):
            if type == "Account" and int(what) in named:
                seen = True
            elif type in ("private", "staff"):
                capability = Capability.READ_PRIVATE if type == "private" else Capability.READ_PLACES
                seen = type == "staff" or holds(viewer, capability, what)
            else:
                source = self.values.source(self.graphql.type_map[type])  # type: ignore[arg-type]
                row = self.world.rows(source.table)[int(what)]
                seen = sees(self.world, viewer, type, row) and (type != "Post" or papers(self.world, viewer, row))
            if not seen:
                return f"the answer shows the mark {type} {what}, which this viewer may not see"
            self.told["marks"] += 1
        return None

    # ---- telling

    async def fails(self, runs: Sequence[Run], *, wide: bool) -> str | None:
        """What is wrong with the last of some runs, in an Api of their own."""
        api = await self.fresh(wide=wide)
        found = None
        for run in runs:
            found = await self.tried(api, run)
        return found

    async def report(self, seed: int, runs: list[Run], found: str, *, wide: bool) -> str:
        told = Counter(self.told)
        runs, found = await self.shrunk(runs, found, wide=wide)
        self.told.clear()
        self.told.update(told)
        shown = [f"seed {seed}: {found}", f"to see it again: WANGGE_GENERATED_SEED={seed} pytest tests/schema/test_generated.py"]
        for run in runs:
            shown += [f"as {run.viewer}", f"variables {orjson.dumps(run.variables).decode()}"]
        return "\n".join([*shown, runs[-1].text])

    async def shrunk(self, runs: list[Run], found: str, *, wide: bool) -> tuple[list[Run], str]:
        """The same disagreement with as little as a simple search finds."""
        if alone := await self.fails(runs[-1:], wide=wide):
            runs, found = runs[-1:], alone
        elif not await self.fails(runs, wide=wide):
            return runs, f"{found} (not so in an Api that has run nothing else)"
        for at in range(len(runs) - 2, -1, -1):  # earlier runs that are not needed
            if again := await self.fails(runs[:at] + runs[at + 1 :], wide=wide):
                runs, found = runs[:at] + runs[at + 1 :], again
        going = True
        while going:
            going = False
            for text in self.smaller(runs[-1].text):
                fewer = [dataclasses.replace(run, text=text) for run in runs]
                if again := await self.fails(fewer, wide=wide):
                    runs, found, going = fewer, again, True
                    break
        return runs, found

    def smaller(self, text: str) -> Iterator[str]:
        """Valid documents with a little less in them."""
        for document in smaller(parse(text)):
            if self.valid(document):
                yield print_ast(document)

    def valid(self, document: DocumentNode) -> bool:
        return not validate(self.graphql, document)
