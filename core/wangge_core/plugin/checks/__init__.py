"""The checks that a set of plugins must pass before anything starts. Each yields faults; none stops at the first."""

from collections.abc import Iterator

from wangge_core.plugin.checks.clocks import check_clocks
from wangge_core.plugin.checks.details import check_details
from wangge_core.plugin.checks.duties import check_duties
from wangge_core.plugin.checks.hidden import check_hidden
from wangge_core.plugin.checks.indicators import check_indicators
from wangge_core.plugin.checks.limits import check_limits
from wangge_core.plugin.checks.moves import check_moves
from wangge_core.plugin.checks.names import check_names
from wangge_core.plugin.checks.needs import check_needs
from wangge_core.plugin.checks.opened import check_opened
from wangge_core.plugin.checks.red_lines import check_red_lines
from wangge_core.plugin.checks.references import check_references
from wangge_core.plugin.checks.sight import check_sight
from wangge_core.plugin.checks.staffing import check_staffing
from wangge_core.plugin.checks.workflows import check_workflows
from wangge_core.plugin.collecting import Collection
from wangge_core.plugin.faults import Fault

CHECKS = (
    check_names,
    check_references,
    check_workflows,
    check_clocks,
    check_moves,
    check_opened,
    check_sight,
    check_hidden,
    check_details,
    check_limits,
    check_red_lines,
    check_needs,
    check_duties,
    check_staffing,
    check_indicators,
)


def faults_of(collection: Collection) -> Iterator[Fault]:
    """All faults and warnings of the collected declarations."""
    yield from collection.faults
    for check in CHECKS:
        yield from check(collection)
