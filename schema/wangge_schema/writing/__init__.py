"""Writing: the mutations, a file per noun. Input → operation of the core → payload, which is read like any query."""

import re
from typing import Any

import strawberry

from wangge_core.plugin.registry import Registry
from wangge_schema.details import DetailsTypes
from wangge_schema.writing import events, grids, people, places, posts
from wangge_schema.writing.fields import mutation_field


def build_mutation(registry: Registry, details: DetailsTypes) -> type[Any]:
    """The root of all writes, with inputs for the details of every enabled plugin."""
    found = [
        *grids.mutations(registry, details),
        *places.mutations(registry, details),
        *people.MUTATIONS,
        *posts.MUTATIONS,
        *events.mutations(registry, details),
    ]
    fields = {re.sub("([A-Z])", lambda letter: "_" + letter.group().lower(), one.name): mutation_field(one) for one in found}
    cls = type("Mutation", (), fields)
    return strawberry.type(
        cls,
        name="Mutation",
        description="What can be written, a transaction each. What is refused stands in `userErrors`; nothing is written then.",
    )
