"""Inside the process: how much of its CPU 1,000 rows of five fields take, from the request to the bytes of the answer."""

import time
from dataclasses import dataclass
from statistics import median

import orjson

from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.rights.viewers import Viewer, load_viewer
from wangge_schema.answers import GraphQLRequest
from wangge_schema.api import Api
from wangge_server.opening import rules_of
from wangge_server.settings import read_settings

ROWS = 1000
DOCUMENTS = {
    "events": "{ events(first: 1000) { nodes { id number reportedAt closed version } } }",
    "persons, each of whom is written to the log of reads": "{ persons(first: 1000) { nodes { id name gender bornOn residence } } }",
}
"""What is asked, by what its rows are."""
TIMES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Milliseconds of CPU for an answer: in the thread of the event loop, and in all threads of the process. On SQLite the second
    has the database's own work in it; PostgreSQL's is done elsewhere."""

    loop: float
    process: float


async def spend(url: str, login: str) -> dict[str, Spent]:
    """The medians of many answers of an API that is warm, for each of the documents."""
    rules = rules_of(read_settings(environment={}))
    deployment = Deployment(database_url(url), rules)
    try:
        api = Api(deployment)
        async with deployment.read() as work:
            viewer = await load_viewer(work, rules.registry, login)
        assert viewer is not None
        return {rows: await _spend(api, viewer, document) for rows, document in DOCUMENTS.items()}
    finally:
        await deployment.close()


async def _spend(api: Api, viewer: Viewer, document: str) -> Spent:
    request, body, spent = GraphQLRequest(query=document), b"", list[tuple[float, float]]()
    for _ in range(TIMES):
        before = time.thread_time(), time.process_time()
        body = (await api.answer(request, viewer)).body
        spent.append((time.thread_time() - before[0], time.process_time() - before[1]))
    (connection,) = orjson.loads(body)["data"].values()
    assert len(connection["nodes"]) == ROWS
    assert len(connection["nodes"][0]) == 5
    warm = spent[TIMES // 3 :]
    return Spent(loop=median(one for one, _ in warm) * 1000, process=median(one for _, one in warm) * 1000)
