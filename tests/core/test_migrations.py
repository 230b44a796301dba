import pytest

from wangge_core.db.engines import check_version
from wangge_core.db.migrating import check_revision, differences
from wangge_core.deployment import Deployment

pytestmark = pytest.mark.anyio


async def test_the_migrations_make_the_tables_of_the_code(deployment: Deployment) -> None:
    assert await differences(deployment._reader) == []
    await check_revision(deployment._reader)
    assert (await check_version(deployment._reader)).startswith(deployment.url.get_backend_name())


async def test_starting_again_changes_nothing(deployment: Deployment) -> None:
    await deployment.start(migrate=True)
    await deployment.start()
