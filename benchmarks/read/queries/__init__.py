"""The six questions, a module each."""

from read.queries.buildings import QUERY as BUILDINGS
from read.queries.details import QUERY as DETAILS
from read.queries.event import QUERY as EVENT
from read.queries.events import QUERY as EVENTS
from read.queries.query import Choices, Query
from read.queries.search import QUERY as SEARCH
from read.queries.tree import QUERY as TREE

QUERIES = (EVENT, EVENTS, TREE, BUILDINGS, SEARCH, DETAILS)

__all__ = ["QUERIES", "Choices", "Query"]
