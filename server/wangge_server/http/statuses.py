"""Statuses: the one table from what happened to the HTTP status, for each of the two media types.

The September 2026 edition of GraphQL over HTTP gives 422 to what fails validation; we give 400, which the `graphql-http` audits want.
"""

from collections.abc import Mapping
from typing import NamedTuple

from wangge_schema.answers import Answer

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


class Statuses(NamedTuple):
    """The status under each media type. A client of plain JSON takes nothing but 200 for an answer of GraphQL."""

    json: int
    graphql: int

    def under(self, media_type: str) -> int:
        return self.graphql if media_type == GRAPHQL else self.json


EXECUTED = Statuses(200, 200)
PARTLY = Statuses(200, 294)
"""Executed, with errors beside the data, or data that is null because of them."""
REFUSED = Statuses(200, 400)
"""A request of GraphQL that was not executed, for any code that is not in the table."""

STATUSES: Mapping[str, Statuses] = {
    # requests that are none of GraphQL over HTTP
    "BODY_NOT_JSON": Statuses(400, 400),
    "REQUEST_INVALID": Statuses(400, 400),
    "PURPOSE_INVALID": Statuses(400, 400),
    "BATCH_REFUSED": Statuses(400, 400),
    "UNAUTHENTICATED": Statuses(401, 401),
    "METHOD_NOT_ALLOWED": Statuses(405, 405),
    "NOT_ACCEPTABLE": Statuses(406, 406),
    "BODY_TOO_LARGE": Statuses(413, 413),
    "CONTENT_TYPE_UNSUPPORTED": Statuses(415, 415),
    # requests of GraphQL that were not executed, or not to their end
    "INTROSPECTION_OFF": Statuses(200, 403),
    "TRUSTED_DOCUMENTS_ONLY": Statuses(200, 403),
    "RATE_LIMITED": Statuses(429, 429),
    "TOO_MANY_ATTEMPTS": Statuses(429, 429),
    "TOO_MANY_CONNECTIONS": Statuses(429, 429),
    "INTERNAL_ERROR": Statuses(500, 500),
    "SIGN_IN_UNAVAILABLE": Statuses(503, 503),
    "TIMED_OUT": Statuses(504, 504),
}


def status_of(answer: Answer, media_type: str) -> int:
    """The status that an answer of the schema goes out with."""
    if answer.executed:
        return (PARTLY if answer.codes else EXECUTED).under(media_type)
    known = next((STATUSES[code] for code in answer.codes if code in STATUSES), REFUSED)
    return known.under(media_type)
