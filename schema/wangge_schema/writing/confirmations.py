"""Mutations by which somebody confirms that what is written of a thing is true, one for each sort of thing."""

from typing import Any

from wangge_core.places.confirmations import Confirmable, FactsConfirmation, confirm_facts
from wangge_schema.writing.changes import CONFIRM, FactsConfirmInput
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.payloads import key_of


def confirmation(thing: str, type: Any) -> Mutation:
    """The mutation `buildingConfirm`, `assetConfirm` …"""
    sort = Confirmable(thing.capitalize())

    def request(id: str, given: Given, _: Any) -> FactsConfirmation:
        return FactsConfirmation(id=key_of(id, sort.value, "id"), sort=sort, **given)

    return Mutation(
        name=f"{thing}Confirm",
        description=f"Confirm that what is written of the {thing} is true. For REGISTER_PLACES over its grid.",
        thing=thing,
        type=type,
        input=FactsConfirmInput,
        operation=confirm_facts,
        request=request,
        codes=CONFIRM,
        on=sort.value,
    )
