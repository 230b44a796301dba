"""A generated town: 372 grids in twelve communities, a grid worker for each, and persons who live there. Nobody in it is real."""

from dataclasses import dataclass
from random import Random
from typing import Any

import sqlalchemy as sa

from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import operator
from wangge_server.demo.names import GIVEN, SURNAMES

COMMUNITIES, GRIDS = 12, 372
DISTRICT, SUBDISTRICT = "999904", "999904001"
ADMINISTRATOR = "administrator"
AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Town:
    """The key of the subdistrict, and the login of the worker of each grid."""

    subdistrict_id: int
    workers: dict[int, str]

    @property
    def logins(self) -> list[str]:
        return [ADMINISTRATOR, *self.workers.values()]


async def make_town(deployment: Deployment, persons: int) -> Town:
    """Fill an empty database."""
    async with deployment.write() as work:
        work.changes = None
        town = await _grids_and_posts(work)
    left, first = persons, 1
    while left:
        async with deployment.write() as work:
            work.changes = None
            count = min(left, AT_ONCE)
            await _persons(work, list(town.workers), count, first)
        left, first = left - count, first + count
    await _count(deployment)
    return town


async def _grids_and_posts(work: Work) -> Town:
    viewer, division = operator(), "community.division"
    tree = [
        NewGrid(code=DISTRICT, name="镜湖区", type_id=division),
        NewGrid(code=SUBDISTRICT, name="柳岸街道", type_id=division, parent_code=DISTRICT),
    ]
    for number in range(COMMUNITIES):
        community = f"{SUBDISTRICT}{number + 1:03}"
        tree.append(NewGrid(code=community, name=f"第{number + 1}社区", type_id=division, parent_code=SUBDISTRICT))
        codes = (f"{community}{one + 1:03}" for one in range(GRIDS // COMMUNITIES))
        tree += [NewGrid(code=code, name=code[-6:], type_id="urban", parent_code=community) for code in codes]
    ids = dict(zip((one.code for one in tree), _ids(await create_grids(work, viewer, tree)), strict=True))
    leaves = [id for code, id in ids.items() if len(code) == len(SUBDISTRICT) + 6]
    logins = [ADMINISTRATOR, *(f"worker{number}" for number in range(len(leaves)))]
    accounts = _ids(await create_accounts(work, viewer, [NewAccount(login=login, name=login) for login in logins]))
    places = [("community.subdistrict_administrator", ids[SUBDISTRICT]), *(("community.grid_worker", id) for id in leaves)]
    held = [NewPost(account_id=account, role_id=role, grid_id=grid) for account, (role, grid) in zip(accounts, places, strict=True)]
    _ids(await assign_posts(work, viewer, held))
    return Town(ids[SUBDISTRICT], dict(zip(leaves, logins[1:], strict=True)))


async def _persons(work: Work, grids: list[int], count: int, first: int) -> None:
    dice, rows = Random(first), list[dict[str, Any]]()
    for number in range(first, first + count):
        name = dice.choice(SURNAMES) + dice.choice(GIVEN)
        rows.append({"grid_id": grids[number % len(grids)], "name": name, "residence": "PERMANENT", "created_at": work.now})
    await work.insert(t.person, rows)


def _ids(outcomes: list[Outcome]) -> list[int]:
    found = [one.id for one in outcomes if one.id is not None]
    assert len(found) == len(outcomes), [one.refusals for one in outcomes if one.refusals][:1]
    return found


async def _count(deployment: Deployment) -> None:
    """Have PostgreSQL learn how many rows there are, which a real one does by itself."""
    engine = deployment._writer
    if engine.dialect.name == "postgresql":
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(sa.text("VACUUM ANALYZE"))
