"""The mutation that decides of doubtful rows of imports."""

import strawberry

from wangge_core.imports.registers.matching import Decision
from wangge_core.imports.registers.reviews import ReviewDecision, decide_reviews
from wangge_schema.types.imports import ImportReview
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import IN_GRID, TEXT, required
from wangge_schema.writing.payloads import key_of
from wangge_schema.writing.people import GUARDED, HOMES, SEALED

ROWS = ("DUPLICATE", "BUILDING_NOT_FOUND", "BUILDING_AMBIGUOUS", "UNIT_NOT_FOUND", "HOUSEHOLD_NOT_FOUND", "NAME_TAKEN")


@strawberry.input(description="What was decided of a row.")
class ImportReviewDecideInput:
    decision: Decision = required(
        "SAME: the person that it may be, whose values change as the mapping says. OTHER: somebody new. SKIP: nobody to take in."
    )


def _decision(id: str, given: Given, _: object) -> ReviewDecision:
    return ReviewDecision(id=key_of(id, "ImportReview", "id"), decision=Decision(given["decision"]))


MUTATIONS = [
    Mutation(
        name="importReviewDecide",
        description="Decide of a doubtful row, which is carried out at once. Where there was no key to seal it with, it comes in with "
        "the next run of its file. For IMPORT_DATA or MANAGE_DATA over its grid.",
        thing="import_review",
        type=ImportReview,
        input=ImportReviewDecideInput,
        operation=decide_reviews,
        request=_decision,
        codes=(*TEXT, *IN_GRID, *HOMES, *SEALED, *GUARDED, *ROWS, "REVIEW_DECIDED"),
        on="ImportReview",
    ),
]
