"""The register of data: which class every field has, and why, by which law and how long personal data is held.

A field of a planned type without a class is a fault of the schema. `docs/data-register.md` is written from here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema
from strawberry.schema.schema_converter import GraphQLCoreConverter

from wangge_core.plugin.registry import Registry
from wangge_core.rights.data_classes import DataClass
from wangge_schema.reading.detail_filters import KIND_COLUMNS, kinds
from wangge_schema.reading.select import source_of
from wangge_schema.reading.sources import READS, Answer, Computed, Scalar, Source, ToOne

PIPL = "Personal Information Protection Law"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Why data of a type is held, by which law, who sees it, and how long it is kept."""

    why: str
    basis: str
    who: str
    kept: str


_STATUTORY = f"{PIPL}, article 13 (3): duties and powers given by law"
_RESIDENTS = "READ_PEOPLE over the grid of the home; private values READ_PRIVATE; the person; the guardian of a child under 14"
HOLDINGS: Mapping[str, Holding] = {
    "Person": Holding(
        why="To know whom a grid serves, to reach them, and to find one's record again.",
        basis=f"{_STATUTORY}; article 31 for children under 14: the guardian's agreement",
        who=f"{_RESIDENTS}. Sealed values leave by personReveal alone: REVEAL_SEALED and a purpose",
        kept="While the person lives here; then by the retention that the deployment sets",
    ),
    "Household": Holding(
        why="To visit a home once, and not each of its members.",
        basis=_STATUTORY,
        who="READ_PEOPLE over its grid, its name and address READ_PRIVATE; its members",
        kept="As long as somebody belongs to it",
    ),
    "HouseholdMember": Holding(
        why="To know who lives together.", basis=_STATUTORY, who=_RESIDENTS, kept="As the persons themselves"
    ),
    "Residence": Holding(
        why="To know where somebody is found, and when that was last true.",
        basis=_STATUTORY,
        who="READ_PRIVATE over the present grid; the person; the guardian of a child under 14",
        kept="As the person; past homes by the retention that the deployment sets",
    ),
    "ImportReview": Holding(
        why="To decide whether a row of an imported file is somebody on the register.",
        basis=_STATUTORY,
        who="IMPORT_DATA or MANAGE_DATA over the grid of the row, with READ_PRIVATE there",
        kept="Until somebody decides; then what the row said is removed, and the decision stays",
    ),
    "Need": Holding(
        why="To give attention that was agreed on, as often as the kind says.",
        basis=f"The need's own legal basis; sensitive kinds {PIPL}, articles 28 to 31, as the deployment names it",
        who="READ_NEEDS over the grid of the home, sensitive kinds the named roles alone; the person; the guardian of a child",
        kept="Read until its last day; then deleted by the retention of its kind",
    ),
    "Account": Holding(
        why="To know who acts.",
        basis=f"{PIPL}, article 13 (2): management of those employed",
        who="Who sees one of its posts; MANAGE_POSTS; itself",
        kept="As long as the history that names it",
    ),
    "NoticeBoardPost": Holding(
        why="So that everybody knows who looks after a place and how to reach them at work.",
        basis=f"{PIPL}, article 13 (3): duties given by law, to make public who serves",
        who="Everybody: the name at work and the official telephone of roles that are shown to the public; no name where the post says so",
        kept="While the post is held",
    ),
    "NoticeBoardSubstitute": Holding(
        why="So that everybody knows who stands in.",
        basis=f"{PIPL}, article 13 (3): duties given by law, to make public who serves",
        who="Everybody: the name at work; none where the post says so",
        kept="While somebody stands in",
    ),
    "EventReporter": Holding(
        why="To ask and answer whoever reported a matter, who need not say who they are.",
        basis=f"{PIPL}, article 13 (1): what the reporter chose to say",
        who="READ_PRIVATE over the event's grid; nobody where the reporter wants to be unnamed. The telephone by eventReporterReveal alone",
        kept="Name, telephone and account until some days after the matter has ended: the period `reporter_contacts_days`",
    ),
    "Attachment": Holding(
        why="To see what was reported, and what was done about it.",
        basis=_STATUTORY,
        who="Who sees an event that it is on; who sent it. The place that it claims READ_PRIVATE over the event's grid; who sent it",
        kept="24 hours where it is put on no event; else as the event, when that is over without who sent it and what it claims",
    ),
    "CampaignTarget": Holding(
        why="To leave nobody out of what is done for a whole list, and to do it for nobody twice.",
        basis="The campaign's own legal basis",
        who="READ_WORK over its grid; why somebody or a home is an exception READ_PRIVATE there",
        kept="Until as many days after the end as the campaign says; then deleted by a job, and the figures of each grid stay",
    ),
    "Visit": Holding(
        why="To know that somebody was looked after as often as was agreed, and by whom.",
        basis=_STATUTORY,
        who="READ_WORK over its grid, what was learned of residents and the place that it claims READ_PRIVATE there; who did it; the "
        "resident who was visited",
        kept="Whom it was of and what was learned until the periods `visits_months` and `visits_of_children_months`; the entry stays",
    ),
    "PatrolPoint": Holding(
        why="To count how long a patrol was inside its grid.",
        basis=f"{PIPL}, article 13 (2): management of those employed",
        who="READ_TRACKS over the grid of the patrol; whose track it is",
        kept="Some days: the period `patrol_points_days`; the minutes that were counted stay",
    ),
    "Event": Holding(
        why="To settle what was reported, and to explain how.",
        basis=_STATUTORY,
        who="READ_EVENTS over its grid; whom it was given to; its reporter; residents involved. "
        "Private details READ_PRIVATE over the grid",
        kept="By the retention that the deployment sets",
    ),
}
"""By type. Every type with private or sealed fields stands here, and whatever else is about people."""


class UnclassedFieldsError(TypeError):
    """Fields of planned types that say no data class, or types with private fields of which the register says nothing."""


def check_classes(schema: GraphQLSchema) -> None:
    """Every planned value has a class, and every type with personal data stands in the register. Raises UnclassedFieldsError."""
    missing = [f"{type.name}.{name}" for type, source, name, reads in _values(schema) if class_of(source, reads) is None]
    personal = {type.name for type, source, _, reads in _values(schema) if class_of(source, reads) in _PERSONAL}
    unsaid = sorted(personal - HOLDINGS.keys())
    if missing:
        raise UnclassedFieldsError(f"say the data_class of {', '.join(missing)}")
    if unsaid:
        raise UnclassedFieldsError(f"say in HOLDINGS why personal data is held in {', '.join(unsaid)}")


def tell_classes(schema: GraphQLSchema) -> None:
    """Say the class in the description of every field where it is not plain from the type."""
    for type, _, name, reads in _values(schema):
        own: DataClass | None = getattr(reads, "data_class", None)
        if own is not None and own in _PERSONAL:
            field = type.fields[name]
            field.description = f"{field.description} Data class: {own.value.lower()}."


_PERSONAL = (DataClass.PRIVATE, DataClass.SEALED)


def class_of(source: Source, reads: Any) -> DataClass | None:
    """The class of a field: its own, or that of its type."""
    return getattr(reads, "data_class", None) or source.data_class


def _values(schema: GraphQLSchema) -> Iterator[tuple[GraphQLObjectType, Source, str, Any]]:
    """Every field of a planned type that shows a value of it, and references that are personal."""
    for type in schema.type_map.values():
        source = source_of(type) if isinstance(type, GraphQLObjectType) else None
        if source is None or not isinstance(type, GraphQLObjectType):
            continue
        for name, field in type.fields.items():
            definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
            reads = definition.metadata.get(READS) if definition is not None else None
            if isinstance(reads, Scalar | Computed | Answer) or (isinstance(reads, ToOne) and reads.data_class):
                yield type, source, name, reads


def data_register(schema: GraphQLSchema, registry: Registry) -> str:
    """The register as a page of Markdown."""
    parts = [_HEAD]
    for name, holding in HOLDINGS.items():
        rows = [(field, class_of(source, reads)) for type, source, field, reads in _values(schema) if type.name == name]
        parts.append(f"## {name}\n\n{_said(holding)}\n\n{_table(schema, name, rows)}")
    parts.append(f"## Details of plugins\n\n{_DETAILS}\n\n{_details(registry)}")
    parts.append(f"## Types without personal data\n\n{_other(schema)}")
    return "\n\n".join(parts) + "\n"


_HEAD = """# Data register

What is held on people: every field with its class, why it is held, by which law, who sees it and how long it is kept. Written by
`make fix` from the schema's own declarations; `make check` compares.

- **public**: for everybody who sees the thing.
- **staff**: for whoever may read the thing.
- **private**: for READ_PRIVATE over the grid, and for the person; masked (`王**`) or null for all others who see the row. Every read is
  logged with its subject.
- **sealed**: encrypted in the row. Reads show the mask alone; the value leaves by a reveal, for a purpose, and is logged."""
_DETAILS = "Values of class private ask for READ_PRIVATE over the grid of the thing; all others are for whoever may read it."


def _said(holding: Holding) -> str:
    return f"Why: {holding.why}\n\nLegal basis: {holding.basis}.\n\nWho: {holding.who}.\n\nKept: {holding.kept}."


def _table(schema: GraphQLSchema, name: str, rows: Iterable[tuple[str, DataClass | None]]) -> str:
    type: Any = schema.type_map[name]
    lines = [
        f"| `{field}` | {found.value.lower() if found else ''} | {_first(type.fields[field].description)} |"
        for field, found in rows
    ]
    return "\n".join(["| field | class | what |", "| --- | --- | --- |", *lines])


def _first(description: str | None) -> str:
    return (description or "").split(" Data class:")[0].replace("|", "\\|").replace("\n", " ")


def _details(registry: Registry) -> str:
    lines = [
        f"| {sort} | `{id}` | {', '.join(f'`{one.name}`' for one in kind.details.fields if one.data_class is DataClass.PRIVATE)} |"
        for sort in KIND_COLUMNS
        for id, kind in kinds(registry, sort).items()
        if kind.details is not None and any(one.data_class is DataClass.PRIVATE for one in kind.details.fields)
    ]
    return "\n".join(["| sort | kind | private fields |", "| --- | --- | --- |", *lines])


def _other(schema: GraphQLSchema) -> str:
    found = {type.name: source.data_class for type, source, _, _ in _values(schema) if type.name not in HOLDINGS}
    lines = [f"| {name} | {one.value.lower() if one else ''} |" for name, one in sorted(found.items())]
    return "\n".join(["| type | class of its fields |", "| --- | --- |", *lines])
