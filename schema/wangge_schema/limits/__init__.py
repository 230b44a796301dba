"""Limits: what is refused before anything expensive is done with it. Pure functions; they are called where documents are prepared."""

from wangge_schema.limits.budgets import Budgets, payer_of
from wangge_schema.limits.costs import Cost, check_cost, compile_cost, cost_extension
from wangge_schema.limits.documents import check_document
from wangge_schema.limits.figures import Limits
from wangge_schema.limits.introspection import refuse_introspection
from wangge_schema.limits.operations import operation_of
from wangge_schema.limits.texts import check_text
from wangge_schema.limits.variables import check_variables

__all__ = [
    "Budgets",
    "Cost",
    "Limits",
    "check_cost",
    "check_document",
    "check_text",
    "check_variables",
    "compile_cost",
    "cost_extension",
    "operation_of",
    "payer_of",
    "refuse_introspection",
]
