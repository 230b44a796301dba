"""Writing: the mutations, a file per noun. Input → operation of the core → payload, which is read like any query."""

import re
from typing import Any

import strawberry

from wangge_core.plugin.registry import Registry
from wangge_schema.details import DetailsTypes
from wangge_schema.writing import (
    appraisal_schemes,
    appraisals,
    assets,
    attachments,
    buildings,
    calendars,
    campaigns,
    divisions,
    duties,
    events,
    grids,
    imports,
    intake,
    layers,
    needs,
    offices,
    organizations,
    patrols,
    people,
    places,
    points,
    populations,
    posts,
    residents,
    rights,
    sign_in,
    splitting,
    staffing,
    steering,
    tasks,
    visits,
    webhooks,
)
from wangge_schema.writing.exporting import exporting_fields
from wangge_schema.writing.fields import mutation_field
from wangge_schema.writing.revealing import revealing_fields
from wangge_schema.writing.sync import sync_fields


def build_mutation(registry: Registry, details: DetailsTypes) -> type[Any]:
    """The root of all writes, with inputs for the details of every enabled plugin."""
    found = [
        *grids.mutations(registry, details),
        *layers.MUTATIONS,
        *populations.MUTATIONS,
        *visits.MUTATIONS,
        *patrols.MUTATIONS,
        *buildings.MUTATIONS,
        *calendars.MUTATIONS,
        *campaigns.MUTATIONS,
        *divisions.MUTATIONS,
        *duties.MUTATIONS,
        *organizations.MUTATIONS,
        *assets.mutations(registry, details),
        *attachments.MUTATIONS,
        *places.mutations(registry, details),
        *offices.MUTATIONS,
        *people.MUTATIONS,
        *needs.MUTATIONS,
        *imports.MUTATIONS,
        *residents.MUTATIONS,
        *posts.MUTATIONS,
        *rights.MUTATIONS,
        *sign_in.MUTATIONS,
        *staffing.MUTATIONS,
        *tasks.MUTATIONS,
        *events.mutations(registry, details),
        *intake.MUTATIONS,
        *webhooks.MUTATIONS,
        *appraisal_schemes.MUTATIONS,
        *appraisals.MUTATIONS,
        *points.MUTATIONS,
        *steering.MUTATIONS,
        *splitting.mutations(registry, details),
    ]
    fields = {re.sub("([A-Z])", lambda letter: "_" + letter.group().lower(), one.name): mutation_field(one) for one in found}
    fields |= revealing_fields() | exporting_fields() | intake.intake_fields(registry, details)
    fields |= {**campaigns.checking_fields(), **sync_fields(found)}
    cls = type("Mutation", (), fields)
    return strawberry.type(
        cls,
        name="Mutation",
        description="What can be written, a transaction each. What is refused stands in `userErrors`; nothing is written then.",
    )
