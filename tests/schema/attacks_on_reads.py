"""Attacks on reads, generated: ids and cursors of others, forged cursors, guesses by filter and order, the same field by several ways.

Each is a document with variables and the viewer who sends it. What must come back the oracle says, who knows what that viewer may see.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import orjson
from generated_runs import Bench, Run
from graphql import GraphQLNonNull, GraphQLObjectType, is_leaf_type
from oracle.sees import sees
from oracle.values import moment, source_of

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer, anonymous, narrowed

SEED = 4_000
IDS_AT_ONCE = 100


def attackers(bench: Bench) -> dict[str, Viewer]:
    """Those who try, by a name for what they are."""
    by_login = {viewer.login: viewer for viewer in bench.viewers}
    district = by_login[f"community.district_administrator@{DISTRICT}"]
    worker = by_login[f"community.grid_worker@{GRIDS['urban']}"]
    resident = next(viewer for viewer in bench.viewers if viewer.person_id is not None and not viewer.posts)
    blind = {one: scope for one, scope in district.scopes.items() if one is not Capability.READ_PRIVATE}
    grant = {one: worker.scope(one) for one in (Capability.READ_PEOPLE, Capability.READ_PRIVATE)}
    desk = by_login[f"community.intake_officer@{DISTRICT}"]
    return {
        "visitor": anonymous("en"),
        "resident": resident,
        "worker": worker,
        "worker elsewhere": by_login[f"community.grid_worker@{GRIDS['maritime']}"],
        "volunteer": by_login[f"community.volunteer@{GRIDS['urban']}"],
        "community": by_login[f"community.community_head@{COMMUNITY}"],
        "subdistrict": by_login[f"community.subdistrict_administrator@{SUBDISTRICT}"],
        "specialist": by_login["community.department_specialist@housing"],
        "auditor": by_login[f"community.auditor@{DISTRICT}"],
        "machine": narrowed(replace(district, key_id=1), {Capability.READ_PEOPLE, Capability.READ_EVENTS}),
        "without private": replace(district, scopes=blind, whole_ground=district.whole_ground - {Capability.READ_PRIVATE}),
        "break-glass": replace(desk, scopes={**desk.scopes, **grant}),
        "private in part": replace(district, scopes={**district.scopes, Capability.READ_PRIVATE: worker.scope(Capability.READ_PRIVATE)},
                                   whole_ground=district.whole_ground - {Capability.READ_PRIVATE}),
    }  # fmt: skip


def nodes(bench: Bench) -> dict[str, GraphQLObjectType]:
    """The types with global ids."""
    found = (bench.graphql.type_map[name] for name in bench.values.prefixes)
    return {one.name: one for one in found if isinstance(one, GraphQLObjectType)}


def plain_fields(type: GraphQLObjectType) -> list[str]:
    """The fields of a type that are values and take no arguments."""
    leaves = (name for name, one in type.fields.items() if not one.args and is_leaf_type(_named(one.type)))
    return [name for name in leaves if name != "availableMoves"]


def _named(type: Any) -> Any:
    while hasattr(type, "of_type"):
        type = type.of_type
    return type


# ---- ids


def ids_of_others(bench: Bench) -> Iterator[Run]:
    """Every thing of every type, by its id: many at once, and some alone with all that is plain of them."""
    random = Random(SEED)
    for viewer in attackers(bench).values():
        for name, type in nodes(bench).items():
            source = source_of(type)
            there = sorted(bench.world.rows(source.table))
            asked = [f"{name}:{id}" for id in [*there, 0, 10**17]][:IDS_AT_ONCE]
            yield Run("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", {"ids": asked}, viewer, None)
            rows = bench.world.rows(source.table)
            hidden = [id for id in there if not sees(bench.world, viewer, name, rows[id])]
            alone = random.choice(hidden or there or [1])
            fields = " ".join(plain_fields(type))
            text = f"query($id: ID!) {{ node(id: $id) {{ id ... on {name} {{ {fields} }} ...F }} }} fragment F on {name} {{ {fields} }}"
            yield Run(text, {"id": f"{name}:{alone}"}, viewer, None)


# ---- cursors

PAGES = (
    "query($at: String, $n: Int, $by: {type}OrderBy) {{ {root}(after: $at, first: $n, "
    "orderBy: $by) {{ totalCount nodes {{ id }} {info} }} }}",
    "query($at: String, $n: Int, $by: {type}OrderBy) {{ {root}(before: $at, last: $n, orderBy: "
    "$by) {{ edges {{ cursor node {{ id }} }} {info} }} }}",
)
INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


def roots(bench: Bench) -> dict[str, GraphQLObjectType]:
    """The lists at the top that need no id, with the type of their rows."""
    query = bench.graphql.query_type
    assert query is not None
    found: dict[str, GraphQLObjectType] = {}
    for name, field in query.fields.items():
        type = _named(field.type)
        if type.name.endswith("Connection") and not any(isinstance(one.type, GraphQLNonNull) for one in field.args.values()):
            found[name] = _named(type.fields["nodes"].type)
    return found


def cursors_of_others(bench: Bench) -> Iterator[Run]:
    """From the place of a row that the viewer does not see, in every order, both ways."""
    random = Random(SEED + 1)
    for viewer in attackers(bench).values():
        for root, type in roots(bench).items():
            source = source_of(type)
            rows = bench.world.rows(source.table)
            hidden = [id for id in rows if not sees(bench.world, viewer, type.name, rows[id])] or list(rows)
            order = random.choice(source.orders)
            for id in random.sample(hidden, min(1, len(hidden))):
                at = cursor(order, rows[id][order], id)
                text = random.choice(PAGES).format(type=type.name, root=root, info=INFO)
                by = {"field": order.upper(), "direction": random.choice(("ASC", "DESC"))}
                yield Run(text, {"at": at, "n": random.choice((0, 1, 5)), "by": by}, viewer, None)


def cursor(order: str, value: Any, id: Any) -> str:
    shown = moment(value) if hasattr(value, "hour") else value.isoformat() if hasattr(value, "day") else value
    return orjson.dumps([order.upper(), shown, id]).decode()


FORGED = (
    "", "null", "[]", "{}", '["ID"]', '["ID",null,1]', '["ID","1",1]', '["ID",1,"1"]', '["NAME","a",1,2]', '["NAME",null,1]',
    '["NAME","\\u0000",1]', '["NAME","a",true]', '["NAME","a",1e99]', '["NAME","a",-1]', '["NAME","a",9223372036854775808]',
    '["BORN_ON","1980-01-01",1]', '["IDENTITY_NUMBER_MASK","9",1]', '["GRID_ID",1,1]', '["name","a",1]', "[" * 500, '"' * 90,
    '["NAME",{"a":1},1]', "\x1e0:1\x1f", '["NAME","\x1e0:1\x1f",1]', '["ID","1); DROP TABLE person;--",1]', "é" * 4000,
)  # fmt: skip


def forged_cursors(bench: Bench) -> Iterator[Run]:
    """Cursors that no list has given, among them such as sort by what is offered in no order."""
    text = (
        "query($at: String, $by: PersonOrderBy) { persons(after: $at, orderBy: $by, first: 3) "
        "{ nodes { id } pageInfo { hasPreviousPage } } }"
    )
    viewers = attackers(bench)
    for at in FORGED:
        for name in ("visitor", "worker", "without private"):
            yield Run(text, {"at": at, "by": {"field": "ID"}}, viewers[name], None)
    for viewer in viewers.values():
        for value in ("", "L", "Lin ‹", "李", "\U0010ffff"):
            yield Run(text, {"at": cursor("name", value, 0), "by": {"field": "NAME"}}, viewer, None)


# ---- guesses

TELLING = "{ totalCount nodes { id name bornOn } pageInfo { hasNextPage endCursor } }"


def guesses(bench: Bench) -> Iterator[Run]:
    """Names and dates of birth of persons, asked after in every way that a filter has."""
    random = Random(SEED + 2)
    text = f"query($f: PersonFilter, $n: Int) {{ persons(filter: $f, first: $n) {TELLING} }}"
    persons = list(bench.world.rows(t.person).values())
    for viewer in attackers(bench).values():
        for person in random.sample(persons, 2):
            name, born = person["name"], person["born_on"]
            asked: list[dict[str, Any]] = [
                {"name": {"eq": name}},
                {"name": {"in": ["nobody", name]}},
                {"name": {"contains": name[:7]}},
            ]
            if born is not None:
                day = born.isoformat()
                asked += [{"bornOn": {"gte": day, "lte": day}}, {"bornOn": {"gte": day}}, {"bornOn": {"lte": day}}]
            for one in asked:
                ways = (one, {"not": one}, {"not": {"not": one}}, {"or": [one, {"name": {"eq": "nobody"}}]}, {"and": [{"not": one}, {}]},
                        {"or": [{"not": one}, one]})  # fmt: skip
                yield Run(text, {"f": random.choice(ways), "n": random.choice((0, 1, 50))}, viewer, None)


def searches(bench: Bench) -> Iterator[Run]:
    """What stands in hidden rows of other types, asked after by the filters that they have."""
    random = Random(SEED + 3)
    asked = (
        ("events", "Event", t.event, "description", "description"),
        ("buildings", "Building", t.building, "name", "name"),
        ("organizations", "Organization", t.organization, "name", "name"),
        ("assets", "Asset", t.asset, "name", "name"),
        ("accounts", "Account", t.account, "login", "login"),
    )
    for viewer in attackers(bench).values():
        for root, type, table, column, filter in asked:
            fields = getattr(bench.graphql.type_map[f"{type}Filter"], "fields", {})
            if filter not in fields:
                continue
            operators = sorted(set(_named(fields[filter].type).fields) & {"eq", "contains"})
            rows = bench.world.rows(table)
            hidden = [row for id, row in rows.items() if not sees(bench.world, viewer, type, row)] or list(rows.values())
            one = {filter: {random.choice(operators): str(random.choice(hidden)[column])[:40]}}
            given = random.choice((one, {"not": one}, {"or": [one]}))
            text = f"query($f: {type}Filter) {{ {root}(filter: $f, first: 2) {{ totalCount nodes {{ id }} pageInfo {{ hasNextPage }} }} }}"
            yield Run(text, {"f": given}, viewer, None)


# ---- ways to the same field

PERSON = "id name n2: name ...P ... on Person { n3: name bornOn gender address phone identityNumber relation guardianAgreedOn }"
WAYS = (
    "query($id: ID!) { a: node(id: $id) { ... on Person { W } } b: nodes(ids: [$id, $id]) { id ... on Person { W } ...P } }",
    "{ persons(first: 40) { nodes { W } edges { node { ...P again: name } } } }",
    "query($id: ID!) { node(id: $id) { ... on Person { household { name starred: name "
    "address persons { W } members { person { W } } } } } }",
    "query($id: ID!) { node(id: $id) { ... on Person { guardian { W guardian { W } } home { "
    "id name households { id name persons { W } } } } } }",
    "{ events(first: 30) { nodes { involvements { role person { W } } } } }",
    "{ grids(first: 30) { nodes { code persons(first: 5) { totalCount nodes { W } } } } }",
    "{ buildings(first: 20) { nodes { units(first: 3) { nodes { id responsible { W } } } } } }",
    "{ needs(first: 20) { nodes { id reason legalBasis person { W needs { reason } } } } }",
    "{ viewer { account { id name } } persons(first: 9) { nodes { residences { kind address movedInOn unit { id } grid { code } } W } } }",
    "query($id: ID!) { dataAccessLog(subject: $id, first: 9) { totalCount nodes { at fields purposeText } } node(id: $id) { id } }",
    "query($id: ID!) { changeLog(thing: $id, first: 9) { totalCount nodes { at } } }",
)  # fmt: skip


def ways_round(bench: Bench) -> Iterator[Run]:
    """The same values by aliases, fragments and every neighbour, of a person that the viewer does not see or sees masked."""
    random = Random(SEED + 4)
    people = bench.world.rows(t.person)
    for viewer in attackers(bench).values():
        hidden = [id for id, row in people.items() if not sees(bench.world, viewer, "Person", row)] or list(people)
        for way in WAYS:
            text = way.replace("W", PERSON) if "W" in way.replace("dataAccess", "") else way
            if "...P" in text:
                text += " fragment P on Person { n4: name bornOn b2: bornOn phone }"
            ids = random.sample(hidden, 1) if "$id" in text else [0]
            for id in ids:
                yield Run(text, {"id": f"Person:{id}"} if "$id" in text else {}, viewer, None)
