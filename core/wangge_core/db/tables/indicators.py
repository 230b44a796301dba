"""Indicators: the mirror of what plugins declare of them, what was counted of each thing, the tallies that this adds up to, and how far
the counting is.

Tallies hold nothing that cannot be counted again: `counted` says what of each thing stands in them, so that what changed of it is added
and taken away.
"""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Id, Json, binary_text
from wangge_core.db.tables.metadata import declared_key, label, metadata, moment


def _declared(name: str, *columns: sa.Column[object]) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        declared_key(),
        Column("plugin", sa.String(80), nullable=False),
        Column("ordinal", sa.Integer, nullable=False),
        Column("available", sa.Boolean, nullable=False),
        label(),
        *columns,
    )


measure = _declared("measure", Column("way", sa.String(40), nullable=False), Column("counted_for", sa.String(10), nullable=False))

indicator = _declared(
    "indicator",
    Column("unit", sa.String(10), nullable=False),
    # ids of measures that are added and taken away: {"plus": […], "minus": […]}
    Column("numerator", Json, nullable=False),
    Column("denominator", Json),
    Column("formula", sa.String(400), nullable=False),
    Column("source", sa.String(400), nullable=False),
    Column("higher_is_better", sa.Boolean),
)

counted = sa.Table(
    "counted",
    metadata,
    # the table of the thing, and its key there
    Column("thing", binary_text(10), nullable=False),
    Column("thing_id", Id, nullable=False),
    # the grid, and its path when it was counted, so that one that moves in the tree is found; undoing a division may take grids away
    Column("grid_id", Id, nullable=False),
    Column("path", binary_text(400), nullable=False),
    # the grid that it lay in before any division of the ground, where that is another, and its path when it was counted
    Column("then_grid_id", Id),
    Column("then_path", binary_text(400)),
    Column("kind_id", binary_text(160)),
    Column("source", sa.String(20)),
    # the days between which something is counted; the last of all days while it is carried over
    Column("first_day", sa.Date, nullable=False),
    Column("last_day", sa.Date, nullable=False),
    # what is counted, as `indicators/facts.py` packs it
    Column("facts", Json, nullable=False),
    sa.PrimaryKeyConstraint("thing", "thing_id"),
    sa.Index(None, "grid_id", "last_day", "first_day"),
    sa.Index(None, "last_day", "first_day"),
)

tally = sa.Table(
    "tally",
    metadata,
    Column("grid_id", Id, nullable=False),
    # nothing, KIND, SOURCE, OFFICE, ROLE or MINUTES, and which of them
    Column("dimension", binary_text(10), nullable=False),
    Column("span", binary_text(1), nullable=False),  # D or M
    Column("measure", binary_text(160), nullable=False),
    Column("starts_on", sa.Date, nullable=False),
    Column("value", binary_text(160), nullable=False),
    # what the ground was: added to all else, it gives the counts of the grids as they were then
    Column("correction", sa.Boolean, nullable=False),
    Column("number", sa.Integer, nullable=False),
    sa.PrimaryKeyConstraint("grid_id", "dimension", "span", "measure", "starts_on", "value", "correction"),
    sqlite_with_rowid=False,
)

counting = sa.Table(
    "counting",
    metadata,
    Column("name", binary_text(20), primary_key=True),
    # the cursor of the outbox up to which everything is counted
    Column("cursor", sa.Text),
    moment("counted_at", nullable=True),
    # while all is counted anew: the thing and the key up to which that is done
    Column("recounting", binary_text(10)),
    Column("recounted_to", Id),
)
