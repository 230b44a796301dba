"""The rural workflows, a module each."""

from wangge_rural.workflows.hazard_watch import HAZARD_WATCH
from wangge_rural.workflows.small_works import SMALL_WORKS
from wangge_rural.workflows.village_matter import VILLAGE_MATTER

__all__ = ["HAZARD_WATCH", "SMALL_WORKS", "VILLAGE_MATTER", "WORKFLOWS"]

WORKFLOWS = (VILLAGE_MATTER, SMALL_WORKS, HAZARD_WATCH)
