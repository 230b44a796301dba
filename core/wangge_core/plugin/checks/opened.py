"""What a move opens: a kind that is declared, in which the things asked for can be involved and nothing required is left out."""

from collections.abc import Iterator
from typing import Any

from wangge_core.plugin.collecting import Collection, Item
from wangge_core.plugin.declarations.kinds import EventKind, Involvable
from wangge_core.plugin.declarations.workflows import Move, Workflow
from wangge_core.plugin.describing import UndescribableError, describe
from wangge_core.plugin.faults import Fault

Found = tuple[str, str, str]


def check_opened(collection: Collection) -> Iterator[Fault]:
    for item, workflow in collection.of("workflows", Workflow):
        for move in workflow.moves:
            for code, message, hint in _faults(collection, item, move):
                yield Fault(plugin=item.plugin, thing=f"{item.id}/{move.name}", code=code, message=message, hint=hint)


def _faults(collection: Collection, item: Item, move: Move) -> Iterator[Found]:
    if move.opens is None or move.opens.kind is None:
        return
    try:
        kind: Any = move.opens.kind()
    except Exception as error:
        yield (
            "OPENS_RAISED",
            f"opens a kind whose function raised {type(error).__name__}: {error}.",
            "Return a kind, and do no more.",
        )
        return
    if not isinstance(kind, EventKind) or collection.id_of(kind) is None:
        hint = "Return from the function the object that an enabled plugin returns from event_kinds."
        yield "REFERENCE_UNDECLARED", f"opens {kind!r:.60}, which no enabled plugin declares.", hint
        return
    given = move.opens.role
    tie = next((one for one in kind.involves if one.role == given), None)
    if move.opens.per and (tie is None or Involvable.ASSET not in tie.sorts):
        hint = f"The roles of {collection.id_of(kind)} are {', '.join(one.role for one in kind.involves) or 'none'}."
        yield "OPENS_ROLE_UNKNOWN", f"involves things as {given!r} in what it opens, which takes none as that.", hint
    for one in kind.involves:
        if not one.optional and not (move.opens.per and one.role == given):
            hint = f"Give them by per and role, or make {one.role!r} optional in {collection.id_of(kind)}."
            yield "OPENS_INCOMPLETE", f"opens an event without the {one.role!r} that its kind requires.", hint
    asked = {ask.name for ask in move.asks if not ask.optional}
    if missing := [name for name in _required(item, kind) if name not in asked]:
        hint = "Ask for each under the name of the field; such answers become details of the new event."
        yield "OPENS_INCOMPLETE", f"opens an event without {', '.join(missing)}, which its kind requires.", hint


def _required(item: Item, kind: EventKind) -> Iterator[str]:
    if kind.details is not None:
        try:
            yield from (
                field.name for field in describe(kind.details, plugin=item.plugin, graphql_name="Opened").fields if field.required
            )
        except UndescribableError:
            return  # told by the check of details
