"""Documents of exports: which list a document asks for, and the same document as it reads one page of that list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    print_ast,
    visit,
)

from wangge_schema.documents import Prepared
from wangge_schema.reading.select import Chosen
from wangge_server.exports.columns import Column, columns_of, is_many
from wangge_server.exports.errors import NoListError

FIRST, AFTER, PAGE = "wanggeFirst", "wanggeAfter", "wanggePage"
PAGING = frozenset({"first", "after", "last", "before"})
"""The arguments of a list that an export gives itself."""
HINT = "Ask for one list with `nodes`, such as { events(filter: {…}) { nodes { number title } } }."


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The list that a document asks for."""

    name: str
    """The field that lists, which names the file."""
    path: tuple[str, ...]
    """The response keys that lead to the list."""
    nodes: str
    """The response key of its rows."""
    columns: tuple[Column, ...]
    document: str
    """The document that reads the page of `$wanggeFirst` rows after `$wanggeAfter`, with its ends under `wanggePage`."""


def listed(prepared: Prepared, variables: Mapping[str, Any]) -> Listed:
    """The list that a query asks for. Raises NoListError."""
    if prepared.operation.kind != "query":
        raise NoListError("an export reads, so it takes a query and nothing else.", hint=HINT)
    way = _way(prepared.roots(variables, prepared.shape(variables)))
    rows = [one for one in way[-1].children() if one.name == "nodes"]
    if len(rows) != 1:
        raise NoListError(f"`{way[-1].key}` is asked for no `nodes`, or for several.", hint=HINT)
    columns = columns_of(rows[0])
    return Listed(
        name=way[-1].name,
        path=tuple(one.key for one in way),
        nodes=rows[0].key,
        columns=columns,
        document=_paged(prepared, [_node(one) for one in way], _node(rows[0])),
    )


def _way(selected: Sequence[Chosen]) -> list[Chosen]:
    """The fields that lead from the root to the list, the list last. Raises NoListError."""
    way: list[Chosen] = []
    while True:
        found = [one for one in selected if one.field is not None]
        if len(found) != 1 or is_many(found[0]) or not isinstance(found[0].type, GraphQLObjectType):
            raise NoListError("on the way to the list nothing else is asked for, and nothing that is no object.", hint=HINT)
        way.append(found[0])
        if {"nodes", "pageInfo"} <= set(found[0].type.fields):
            return way
        selected = found[0].children()


def _node(chosen: Chosen) -> FieldNode:
    if len(chosen.nodes) != 1:
        raise NoListError(f"`{chosen.key}` is asked for at several places.", hint="Ask for it once.")
    return chosen.nodes[0]


def _paged(prepared: Prepared, way: Sequence[FieldNode], rows: FieldNode) -> str:
    node = replace(prepared.node, selection_set=_replaced(prepared.node.selection_set, way, _of_page(way[-1], rows)))
    fragments = {one.name.value: one for one in prepared.document.definitions if isinstance(one, FragmentDefinitionNode)}
    used = _used_fragments(node, fragments)
    variables = _used_variables([node.selection_set, *used])
    kept = [one for one in node.variable_definitions or () if one.variable.name.value in variables]
    node = replace(node, variable_definitions=(*kept, _variable(FIRST, "Int", required=True), _variable(AFTER, "String")))
    return print_ast(DocumentNode(definitions=(node, *used)))


def _of_page(node: FieldNode, rows: FieldNode) -> FieldNode:
    """The field of the list as it reads a page."""
    given = [one for one in node.arguments or () if one.name.value not in PAGING]
    ends = FieldNode(
        alias=NameNode(value=PAGE), name=NameNode(value="pageInfo"), selection_set=_selecting("hasNextPage", "endCursor")
    )
    arguments = (*given, _argument("first", FIRST), _argument("after", AFTER))
    return replace(node, arguments=arguments, selection_set=SelectionSetNode(selections=(rows, ends)))


def _replaced(selected: SelectionSetNode | None, way: Sequence[FieldNode], by: FieldNode) -> SelectionSetNode:
    """The selections with the last field of the way replaced. Raises NoListError where fragments stand on the way."""
    if selected is None or not any(one is way[0] for one in selected.selections):
        raise NoListError(
            "fragments stand between the root and the list.", hint="Write those fields out; `nodes` may have fragments."
        )
    inner = by if len(way) == 1 else replace(way[0], selection_set=_replaced(way[0].selection_set, way[1:], by))
    return SelectionSetNode(selections=(inner,))


def _used_fragments(node: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> list[FragmentDefinitionNode]:
    used: dict[str, FragmentDefinitionNode] = {}
    waiting: list[Any] = [node]
    while waiting:
        for name in _names(waiting.pop(), FragmentSpreadNode):
            if name not in used:
                used[name] = fragments[name]
                waiting.append(fragments[name])
    return list(used.values())


def _used_variables(nodes: Sequence[Any]) -> set[str]:
    return {name for node in nodes for name in _names(node, VariableNode)}


def _names(node: Any, wanted: type[FragmentSpreadNode] | type[VariableNode]) -> Iterator[str]:
    """The names of all nodes of a kind below one."""
    found: list[str] = []

    class Finder(Visitor):
        def enter(self, one: Any, *_: Any) -> None:
            if isinstance(one, wanted):
                found.append(one.name.value)

    visit(node, Finder())
    return iter(found)


def _selecting(*names: str) -> SelectionSetNode:
    return SelectionSetNode(selections=tuple(FieldNode(name=NameNode(value=name)) for name in names))


def _argument(name: str, variable: str) -> ArgumentNode:
    return ArgumentNode(name=NameNode(value=name), value=VariableNode(name=NameNode(value=variable)))


def _variable(name: str, type: str, *, required: bool = False) -> VariableDefinitionNode:
    named = NamedTypeNode(name=NameNode(value=type))
    return VariableDefinitionNode(
        variable=VariableNode(name=NameNode(value=name)), type=NonNullTypeNode(type=named) if required else named
    )
