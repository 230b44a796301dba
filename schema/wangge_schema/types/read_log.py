"""Who read the data of persons, and who changed things. Both are reached by the thing that they tell of alone, which decides who may."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.db.lists import looked_up
from wangge_core.logs.change_log import Action
from wangge_core.logs.entries import ReadKind
from wangge_core.logs.purposes import Purpose
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundScope
from wangge_core.rights.data_classes import DataClass
from wangge_schema.reading.declare import column, computed, expression, need, planned, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.filters import camel
from wangge_schema.reading.sources import Asking, Filter, Of, Reader, Row, Scalar
from wangge_schema.scalars import JSON, DateTime
from wangge_schema.types.people import Person
from wangge_schema.types.places import Office
from wangge_schema.types.rights import Account
from wangge_schema.types.words import word

enum_type(Purpose)
enum_type(ReadKind)
enum_type(Action, name="ChangeAction")


def _of_entry(name: str) -> Callable[[Row, Asking], sa.ColumnElement[Any]]:
    """A column of the entry that a row of the index belongs to."""
    return lambda row, _: _entry(row, name)


def _entry(row: Row, name: str) -> sa.ColumnElement[Any]:
    log = t.read_log.alias()
    return sa.select(log.c[name]).where(log.c.id == row.c.entry_id).correlate(row).scalar_subquery()


def _account_name(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    account, log = t.account.alias(), t.read_log.alias()
    joined = sa.select(account.c.name).join(log, log.c.account_id == account.c.id)
    return joined.where(log.c.id == row.c.entry_id).correlate(row).scalar_subquery()


def _roles(needs: dict[str, Any], reader: Reader) -> list[str]:
    """The labels of the roles of posts, each once; of a role that no plugin has any more its name."""
    names = dict.fromkeys(role for _, role, _ in needs["held"])
    known = reader.registry.roles
    return [known[name].label.in_language(reader.viewer.language) if name in known else name for name in names]


def _type(needs: dict[str, Any], reader: Reader) -> str:
    return word(needs["parts"][needs["part"]][0], reader.viewer.language)


def _fields(needs: dict[str, Any], reader: Reader) -> list[str]:
    return [word(name, reader.viewer.language) for name in needs["parts"][needs["part"]][1]]


_parts, _part = Scalar(_of_entry("parts"), "json"), need("part", "number")


@planned(
    table=t.read_log_subject,
    filters={"at": Filter("moment", lambda row: _entry(row, "at"), "By when.")},
    data_class=DataClass.STAFF,
)
class DataAccess:
    """That somebody was told private or sealed data of a person. In the list some seconds after it happened."""

    at: DateTime = expression(_of_entry("at"), "When.", form="moment")
    kind: ReadKind = expression(_of_entry("kind"), "How it was come by.")
    subject: Person | None = to_one("person_id", "Whose data; null where the viewer may not see the person.")
    account: Account | None = to_one(
        lambda row, account, _: account.c.id == _entry(row, "account_id"), "Who; null where the viewer may not see the account."
    )
    account_name: str | None = expression(_account_name, "The name at work of who; null for the operator at the machine.")
    roles: list[str] = computed("The roles that this one held then, to show.", _roles, held=Scalar(_of_entry("held"), "json"))
    office: Office | None = to_one(
        lambda row, office, _: office.c.id == _entry(row, "office_id"), "The office that this one belonged to then."
    )
    operation: str = expression(_of_entry("operation"), "The name of the operation; empty where it had none.")
    document_hash: str = expression(
        _of_entry("document_hash"), "The first 16 hexadecimal digits of the SHA-256 of the document that was sent."
    )
    purpose: Purpose | None = expression(_of_entry("purpose"), "What for, as was said.")
    purpose_text: str | None = expression(_of_entry("purpose_text"), "What for, in the reader's own words.")
    type: str = computed("What was read, to show: person, need …", _type, parts=_parts, part=_part)
    fields: list[str] = computed("Which fields of it were read, to show: name, date of birth …", _fields, parts=_parts, part=_part)


@strawberry.type(description="A field that was changed.")
class FieldChange:
    name: str = strawberry.field(description="The field's name; `residence.movedOutOn` for one of a part.")
    label: str = strawberry.field(description="What to show for it.")
    told: bool = strawberry.field(description="Whether the values are kept: of private and sealed fields they never are.")
    before: JSON | None = strawberry.field(description="The value before; null where there was none or it is not kept.")
    after: JSON | None = strawberry.field(description="The value after; null where there is none or it is not kept.")


def _changes(needs: dict[str, Any], reader: Reader) -> list[FieldChange]:
    return [_change(one, reader) for one in needs["fields"]]


def _change(field: list[Any], reader: Reader) -> FieldChange:
    name, *values = field
    names = [camel(one) for one in name.split(".")]
    told = len(values) == 2
    before, after = values if told else (None, None)
    label = " · ".join(word(one, reader.viewer.language) for one in names)
    return FieldChange(name=".".join(names), label=label, told=told, before=_json(before), after=_json(after))


def _json(value: Any) -> JSON | None:
    return None if value is None else JSON(value)


@planned(
    table=t.change_log,
    filters={
        "at": Filter("moment", lambda row: row.c.at, "By when."),
        "action": Filter("enum", lambda row: row.c.action, "By what was done.", Action),
    },
    data_class=DataClass.STAFF,
)
class Change:
    """That somebody changed a thing, in the same transaction as the change."""

    at: DateTime = column("at", "When.", form="moment")
    action: Action = column("action", "What was done.")
    account: Account | None = to_one("account_id", "Who; null where the viewer may not see the account, or nobody was signed in.")
    account_name: str | None = expression(
        lambda row, _: sa.select(t.account.c.name).where(t.account.c.id == row.c.account_id).correlate(row).scalar_subquery(),
        "The name at work of who; null for the operator at the machine.",
    )
    roles: list[str] = computed("The roles that this one held then, to show.", _roles, held=need("held", "json"))
    operation: str = column("operation", "By which mutation or command.")
    fields: list[FieldChange] = computed(
        "Which fields; none for what was created or removed.", _changes, fields=need("fields", "json")
    )


GROUND = {
    "Asset": t.asset,
    "Building": t.building,
    "Division": t.division,
    "Household": t.household,
    "Organization": t.organization,
    "Person": t.person,
    "Place": t.place,
    "Post": t.post,
}
"""Things that stand in a grid, by type."""
OTHERS = frozenset({"Account", "Grid", "Office", "Unit"})


def _overseen(type: str, key: sa.ColumnElement[Any], asking: Asking) -> sa.ColumnElement[bool]:
    """Whether the viewer may read the logs of a thing: with READ_ACCESS_LOG over its grid, or anywhere where it has none."""
    scope = asking.viewer.scope(Capability.READ_ACCESS_LOG)
    if type in ("Account", "Office"):
        return sa.false() if scope.nowhere else sa.true()
    if type == "Grid":
        return _overseen_grid(scope, key)
    if type == "Unit":
        unit, building = t.unit.alias(), t.building.alias()
        stands = sa.select(building.c.grid_id).join(unit, unit.c.building_id == building.c.id).where(unit.c.id == key)
        return scope.covers(stands.scalar_subquery())
    thing = GROUND[type].alias()
    return scope.covers(sa.select(thing.c.grid_id).where(thing.c.id == key).scalar_subquery(), of_base=type != "Post")


def _overseen_grid(scope: BoundScope, key: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Over its path, or over all the base grids that it is made of."""
    if scope.everywhere or scope.nowhere:
        return sa.true() if scope.everywhere else sa.false()
    part, base = t.grid_part.alias(), t.grid.alias()
    parts = sa.select(part.c.base_grid_id).join(base, base.c.id == part.c.base_grid_id).where(part.c.overlay_grid_id == key)
    unseen = parts.where(sa.not_(scope.holds(base.c.path)))
    return sa.or_(scope.covers(key, of_base=False), sa.and_(sa.exists(parts), sa.not_(sa.exists(unseen))))


def _reads_of(row: Row, type: str, key: sa.ColumnElement[Any], asking: Asking) -> sa.ColumnElement[bool]:
    return sa.and_(row.c.person_id == key, sa.or_(asking.viewer.is_own_person(key), _overseen(type, key, asking)))


def _changes_of(row: Row, type: str, key: sa.ColumnElement[Any], asking: Asking) -> sa.ColumnElement[bool]:
    def done(action: Action) -> sa.Select[Any]:
        log = t.change_log.alias()
        return sa.select(log.c.id).where(log.c.thing == type, log.c.action == action.value, log.c.thing_id == key)

    created = t.change_log.alias()
    last = (
        sa.select(created.c.id, created.c.last_id)
        .where(created.c.thing == type, created.c.action == Action.CREATED.value, created.c.thing_id <= key)
        .order_by(created.c.thing_id.desc())
        .limit(1)
        .subquery()
    )
    made = sa.select(last.c.id).where(last.c.last_id >= key)
    return sa.and_(looked_up(row.c.id, sa.union(done(Action.CHANGED), done(Action.REMOVED), made)), _overseen(type, key, asking))


READS_OF = Of("subject", frozenset({"Person"}), _reads_of)
CHANGES_OF = Of("thing", frozenset(GROUND) | OTHERS, _changes_of)
