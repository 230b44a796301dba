"""The executor: lets a resolver hand over a finished value, which is completed as it is."""

from dataclasses import dataclass
from typing import Any

import orjson
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext


@dataclass(frozen=True, slots=True)
class Completed:
    """A value that the planner has finished: JSON data, or text to be spliced into the answer. None still meets nullability."""

    value: Any

    @classmethod
    def json(cls, text: bytes) -> "Completed":
        """Of JSON text, which is spliced into the answer as it is."""
        return cls(None if text == b"null" else orjson.Fragment(text))


class FinishedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, except that `Completed` values are not walked."""

    def complete_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        if isinstance(result, Completed):
            if result.value is not None:
                return result.value
            result = None
        return super().complete_value(  # pyright: ignore[reportUnknownMemberType] - graphql-core leaves its generics open
            return_type, field_details_list, info, path, result, position_context
        )
