"""The settings of exports."""

from typing import Annotated

import msgspec

Positive = Annotated[int, msgspec.Meta(ge=1)]


class ExportSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lists as CSV and workbooks: `[exports]`."""

    most_rows: Positive = 1_000_000
    """How many rows one file has at most; an export of more is broken off and says so."""
    at_once: Positive = 4
    """How many exports each process makes at once; who comes then is asked to come again."""
