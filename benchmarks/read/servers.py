"""The four servers, a process each: how they are started, where they are asked, and what they keep in memory."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from abc import abstractmethod
from collections.abc import Mapping
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import orjson
import psutil
from sqlalchemy.engine import URL

from read.cluster import connect, free_port, text
from read.queries import Query
from wangge_core.db.engines import database_url
from wangge_server.demo.markers import Marker, write_marker

BENCHMARKS = Path(__file__).parents[1]
POSTGRAPHILE = Path(__file__).parent / "postgraphile"
POOL_SIZE = "8"
"""Database connections of every server."""
JSON = {"Content-Type": "application/json"}
EVENT_COUNT = """
CREATE SCHEMA IF NOT EXISTS peers;
CREATE OR REPLACE FUNCTION peers.grid_event_count(g public.grid) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT count(*)::int FROM public.event e
  WHERE e.grid_id IN (SELECT b.id FROM public.grid b WHERE b.path >= g.path AND b.path < rtrim(g.path, '.') || '/') $$
"""


class FailedError(Exception):
    """A server gave no answer to a question; the message says why."""


class Server(Protocol):
    """A server that can be asked the six questions. It runs as long as the context."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    client: HTTPConnection

    @abstractmethod
    def command(self) -> tuple[list[str], Mapping[str, str]]:
        """What starts it, and the environment that this needs."""

    def path(self, query: Query) -> str:
        del query
        return "/graphql"

    def headers(self) -> Mapping[str, str]:
        return JSON

    def body(self, query: Query, variables: dict[str, Any]) -> bytes:
        """The request. Variables that a document does not declare are left out."""
        declared = {name: value for name, value in variables.items() if f"${name}:" in query.document}
        return orjson.dumps({"query": query.document, "variables": declared})

    def data(self, query: Query, answer: Any) -> Any:
        """What the answer says, in our shape."""
        del query
        return answer["data"]

    def ask(self, query: Query, variables: dict[str, Any]) -> tuple[Any, int]:
        """What the server answers, in our shape, and how many bytes the answer had. Raises FailedError."""
        status, content = self.exchange(query, self.body(query, variables))
        try:
            answer = orjson.loads(content)
        except orjson.JSONDecodeError:
            answer = {"errors": [{"message": content[:300].decode(errors="replace")}]}
        if status != 200 or "errors" in answer:
            first = answer.get("errors", [{}])[0]
            raise FailedError(str(first.get("extensions", {}).get("code") or first.get("message") or status))
        return self.data(query, answer), len(content)

    def exchange(self, query: Query, body: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer, over a connection that is kept."""
        for _ in range(2):
            try:
                self.client.request("POST", self.path(query), body, dict(self.headers()))
                response = self.client.getresponse()
                return response.status, response.read()
            except (RemoteDisconnected, BrokenPipeError, ConnectionResetError):  # the server had closed the idle connection
                self.client.close()
        raise FailedError("the server closes the connection")

    def megabytes(self) -> float:
        """Resident memory of the process and all that it started."""
        process = psutil.Process(self.process.pid)
        return sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 2**20

    def __enter__(self) -> Self:
        self.port = free_port()
        self.client = HTTPConnection("127.0.0.1", self.port, timeout=120)
        command, environment = self.command()
        self.log = (Path(tempfile.gettempdir()) / f"wangge-benchmarks-{self.name}.log").open("wb")
        self.process = subprocess.Popen(
            command, env=os.environ | environment, cwd=BENCHMARKS, stdout=self.log, stderr=subprocess.STDOUT
        )
        self._wait()
        return self

    def restart(self) -> None:
        """Start anew, on another port."""
        self.process.kill()
        self.__exit__(None, None, None)
        self.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()
        self.client.close()

    def _answers(self) -> bool:
        try:
            self.client.request("GET", "/")
            self.client.getresponse().read()
        except OSError:
            self.client.close()
            return False
        return True

    def _wait(self) -> None:
        for _ in range(300):
            if self.process.poll() is not None:
                break
            if self._answers():
                return
            time.sleep(0.1)
        self.process.kill()
        raise SystemExit(f"{self.name} did not start:\n{Path(self.log.name).read_text()[-2000:]}")


class Ours(Server):
    """`wangge serve`, with access rules for a viewer who is signed in."""

    name = "ours"

    def __init__(self, url: URL, folder: Path, token: str) -> None:
        self._url = url
        self._folder = folder
        self._token = token

    def command(self) -> tuple[list[str], Mapping[str, str]]:
        wangge = str(Path(sys.executable).with_name("wangge"))
        place = self._url.render_as_string(hide_password=False)
        shown = database_url(place).render_as_string(hide_password=True)
        write_marker(self._folder, Marker(database=shown, plugins=(), seed=0))  # its tokens are accepted for a demo's town alone
        environment = {"WANGGE_DEVELOPMENT_SIGN_IN": "true", "WANGGE_POOL_SIZE": POOL_SIZE}
        return [wangge, "--data", str(self._folder), "--db", place, "serve", "--port", str(self.port)], environment

    def headers(self) -> Mapping[str, str]:
        return JSON | {"Authorization": f"Bearer {self._token}"}


class Unlogged(Ours):
    """The same without the log of reads, to see what that costs."""

    name = "unlogged"

    def command(self) -> tuple[list[str], Mapping[str, str]]:
        command, environment = super().command()
        return command, environment | {"WANGGE_READ_LOG": "false"}


class Usual(Server):
    """Strawberry, SQLAlchemy's ORM and DataLoaders."""

    name = "usual"

    def __init__(self, url: URL) -> None:
        self._url = url

    def command(self) -> tuple[list[str], Mapping[str, str]]:
        return self._granian("read.usual:create_app")

    def _granian(self, target: str) -> tuple[list[str], Mapping[str, str]]:
        command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", target]
        environment = {"DATABASE_URL": self._url.render_as_string(hide_password=False), "POOL_SIZE": POOL_SIZE}
        return [*command, "--port", str(self.port), "--workers", "1"], environment | {"PYTHONPATH": str(BENCHMARKS)}


class Bare(Usual):
    """Hand-written SQL behind a route."""

    name = "bare"

    def command(self) -> tuple[list[str], Mapping[str, str]]:
        return self._granian("read.bare:create_app")

    def path(self, query: Query) -> str:
        return f"/{query.name}"

    def body(self, query: Query, variables: dict[str, Any]) -> bytes:
        return orjson.dumps({name: variables[name] for name in query.arguments})

    def data(self, query: Query, answer: Any) -> Any:
        del query
        return answer


class PostGraphile(Server):
    """PostGraphile 5 on a Node.js of its own."""

    name = "postgraphile"

    def __init__(self, url: URL) -> None:
        self._url = url

    def command(self) -> tuple[list[str], Mapping[str, str]]:
        install()
        asyncio.run(self._make_function())
        environment = {
            "DATABASE_URL": text(self._url, "postgresql"),
            "POOL_SIZE": POOL_SIZE,
            "PORT": str(self.port),
            "NODE_ENV": "production",
            "GRAPHILE_ENV": "production",
        }
        return [str(POSTGRAPHILE / "node_modules/.bin/node"), str(POSTGRAPHILE / "server.mjs")], environment

    async def _make_function(self) -> None:
        connection = await connect(self._url)
        await connection.execute(EVENT_COUNT)
        await connection.close()

    def body(self, query: Query, variables: dict[str, Any]) -> bytes:
        declared = {name: value for name, value in variables.items() if f"${name}:" in query.postgraphile}
        return orjson.dumps({"query": query.postgraphile, "variables": declared})

    def data(self, query: Query, answer: Any) -> Any:
        return query.from_postgraphile(super().data(query, answer))


def install() -> None:
    """Install PostGraphile from its lock file, unless it is there."""
    npm = shutil.which("npm")
    if (POSTGRAPHILE / "node_modules/.bin/node").exists():
        return
    if npm is None:
        raise SystemExit("npm is needed for PostGraphile.")
    subprocess.run([npm, "ci", "--no-fund", "--no-audit"], cwd=POSTGRAPHILE, check=True)
