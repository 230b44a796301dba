"""The figures: how much one document, its variables and one operation may ask for."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is accepted, in the units that each line names. What is beyond is refused before anything expensive is done with it."""

    text: int = 50_000
    """Characters of a document, comments and space included."""
    tokens: int = 2_000
    """Names, values, marks and comments of a document. Parsing takes some microseconds for each."""
    depth: int = 25
    """Fields inside each other. GraphiQL's introspection takes 15, six lists inside each other 13."""
    selections: int = 2_000
    """Fields and fragments that a document selects when its fragments are written out where they are spread."""
    root_fields: int = 30
    """Fields at the top of an operation: each is a statement, or a transaction."""
    aliases: int = 200
    """Aliases of a document."""
    comparisons: int = 10_000
    """Pairs of fields under one response key at one place, and of fragments spread there: validation compares each with each."""
    fragments: int = 300
    """Places where fragments are spread or written inline."""
    directives: int = 5
    """Directives at one place."""

    cost: int = 1_000_000
    """The cost of one operation; see `limits/costs.py`."""
    seconds: float = math.inf
    """For how long an operation may run before whoever asked for it is told that it was stopped. Nothing is stopped here."""

    variables: int = 5_000
    """Values in the variables, nested ones included."""
    bulk_variables: int = 200_000
    """The same of the mutation `sync`, alone in its document: what a phone has queued in hours, with its tracks."""
    bulk_list: int = 10_000
    """Items of a list there."""
    variable_depth: int = 24
    """Lists and objects inside each other. A filter that nests eight deep takes 19."""
    variable_list: int = 1_000
    """Items of a list."""
    variable_text: int = 20_000
    """Characters of a text. The longest that is stored has 4,000."""
