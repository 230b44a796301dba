"""The scenic workflows, a module for each family."""

from wangge_scenic.workflows.crowds import CLOSURE, CROWD
from wangge_scenic.workflows.lost_visitor import LOST_VISITOR
from wangge_scenic.workflows.on_site import ON_SITE
from wangge_scenic.workflows.rescue import RESCUE
from wangge_scenic.workflows.visitor_complaint import VISITOR_COMPLAINT

__all__ = ["CLOSURE", "CROWD", "LOST_VISITOR", "ON_SITE", "RESCUE", "VISITOR_COMPLAINT", "WORKFLOWS"]

WORKFLOWS = (RESCUE, LOST_VISITOR, ON_SITE, VISITOR_COMPLAINT, CROWD, CLOSURE)
