"""Who sees what of appraisals and points, said once more in plain Python."""

from collections.abc import Iterator, Mapping

from oracle.scopes import Row, Seen, over
from oracle.world import World
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer


def held_posts(world: World, viewer: Viewer, *, running: bool) -> Iterator[tuple[int, Row]]:
    """The posts that the viewer's account holds, or ever held; none of a machine that reads nothing of its own."""
    now = world.database.deployment.clock()
    for id, one in world.rows(t.post).items():
        runs = one["starts_at"] <= now and (one["ends_at"] is None or one["ends_at"] > now)
        if viewer.account_id is not None and viewer.reads_own and one["account_id"] == viewer.account_id and (runs or not running):
            yield id, one


def works_there(world: World, viewer: Viewer, row: Row) -> bool:
    """Who reads indicators somewhere and has a post on the ground, below it or above it."""
    if not (viewer.scopes.get(Capability.READ_INDICATORS) and viewer.scopes[Capability.READ_INDICATORS].paths):
        return False
    ground = world.path_of_grid[row["grid_id"]]
    paths = [world.path_of_grid[one["grid_id"]] for _, one in held_posts(world, viewer, running=True)]
    return any(path.startswith(ground) or ground.startswith(path) for path in paths)


def appraisal(world: World, viewer: Viewer, row: Row) -> bool:
    """A scheme or a run: who appraises there, and the staff of the ground."""
    return over(Capability.APPRAISE)(world, viewer, row) or works_there(world, viewer, row)


def is_own(world: World, viewer: Viewer, row: Row) -> bool:
    """A result of one's post, whenever that was, of one's office, or of one's very grid."""
    of_post = any(id == row["post_id"] for id, _ in held_posts(world, viewer, running=False))
    present = [one for _, one in held_posts(world, viewer, running=True)]
    of_grid = any(one["grid_id"] == row["appraised_grid_id"] for one in present)
    return of_post or of_grid or any(one["office_id"] is not None and one["office_id"] == row["office_id"] for one in present)


def papers(world: World, viewer: Viewer, row: Row) -> bool:
    """What a score is made of: for who appraises, and for whom it is of once it is shown."""
    appraises = over(Capability.APPRAISE)(world, viewer, row)
    return appraises or (row["shown"] and is_own(world, viewer, row))


def result(world: World, viewer: Viewer, row: Row) -> bool:
    """As the papers, and what a circular names is for the staff of the ground."""
    named = row["shown"] and row["in_circular"] is not None
    return papers(world, viewer, row) or (named and works_there(world, viewer, row))


def collected(world: World, viewer: Viewer, row: Row) -> bool:
    """Checks and appeals, as the papers that they belong to."""
    return papers(world, viewer, world.rows(t.appraisal_result)[row["result_id"]])


def points(world: World, viewer: Viewer, row: Row) -> bool:
    """One's own, and for who gives rewards there."""
    own = viewer.account_id is not None and viewer.reads_own and row["account_id"] == viewer.account_id
    return own or over(Capability.GIVE_REWARDS)(world, viewer, row)


RULES: Mapping[str, Seen] = {
    "AppraisalAppeal": collected,
    "AppraisalCheck": collected,
    "AppraisalPapers": papers,
    "AppraisalResult": result,
    "AppraisalRun": appraisal,
    "AppraisalScheme": appraisal,
    "PointsAccount": points,
}
