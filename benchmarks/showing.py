"""What the shows share: the real data, a town in an empty folder, the command that fills it and the schema that reads it."""

# ruff: noqa: T201 - it is there to print

import asyncio
import csv
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome
from wangge_core.rights.viewers import operator
from wangge_schema.api import Api
from wangge_server.opening import open_deployment
from wangge_server.settings import Settings, read_settings

ROOT = Path(__file__).parents[1]
WANGGE = Path(sys.executable).with_name("wangge")


def real_data(*parts: str) -> Path:
    """A file of the real data; ends the show with a reason where it is not."""
    folder = Path(os.environ.get("WANGGE_DATA", ROOT.parent / "shared" / "data"))
    path = folder.joinpath(*parts)
    if not path.is_file():
        print(f"Nothing to show: there is no {'/'.join(parts)} in {folder}. Set WANGGE_DATA to the folder of real data.")
        sys.exit(0)
    return path


class Town:
    """A town in a folder of its own."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.folder = folder
        self._environment = environment()
        if settings:
            file = folder / "wangge.toml"
            file.write_text(settings, encoding="utf-8")
            self._environment["WANGGE_SETTINGS"] = str(file)

    def wangge(self, *words: str | Path) -> None:
        """Run the command as an operator would, and show what it says."""
        shown = [word.name if isinstance(word, Path) else word for word in words]
        print(f"$ wangge {shlex.join(shown)}", flush=True)
        command = [str(WANGGE), "--data", str(self.folder), *map(str, words)]
        subprocess.run(command, check=True, env=self._environment)

    def open(self) -> Deployment:
        """The town's deployment, to be closed by who asks."""
        return open_deployment(self.settings())

    def settings(self) -> Settings:
        """The settings of the town."""
        return read_settings(environment=self._environment, data_folder=str(self.folder))

    def ask(self, query: str, **variables: Any) -> Any:
        """The data that the schema answers with."""
        return asyncio.run(self._ask(query, variables))

    async def _ask(self, query: str, variables: dict[str, Any]) -> Any:
        deployment = self.open()
        try:
            answer = await Api(deployment).execute(query, variables, viewer=operator("zh"))
        finally:
            await deployment.close()
        if answer.get("errors"):
            raise SystemExit(f"the schema refused: {answer['errors']}")
        return answer["data"]

    def ask_all(self, query: str, field: str, **variables: Any) -> Iterator[dict[str, Any]]:
        """Every node of a connection, read page by page; the query takes `$after`."""
        yield from asyncio.run(self._ask_all(query, field, variables))

    async def _ask_all(self, query: str, field: str, variables: dict[str, Any]) -> list[dict[str, Any]]:
        deployment = self.open()
        api, viewer, after, found = Api(deployment), operator("zh"), None, list[dict[str, Any]]()
        try:
            while True:
                answer = await api.execute(query, {**variables, "after": after}, viewer=viewer)
                if answer.get("errors"):
                    raise SystemExit(f"the schema refused: {answer['errors']}")
                page = answer["data"][field]
                found += page["nodes"]
                if not page["pageInfo"]["hasNextPage"]:
                    return found
                after = page["pageInfo"]["endCursor"]
        finally:
            await deployment.close()


def refused_rows(town: Town, name: str) -> list[dict[str, str]]:
    """The report of the rows that the last import of a file of this name refused: line, code, reason, row."""
    path = town.folder / "reports" / f"{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def ids(outcomes: Sequence[Outcome]) -> list[int]:
    """The ids of what an operation made; ends the show where it refused anything."""
    if refused := [one for one in outcomes if not one.accepted]:
        raise SystemExit(f"{len(refused)} of {len(outcomes)} were refused, first {refused[0].refusals}")
    return [one.id for one in outcomes if one.id is not None]


def environment() -> dict[str, str]:
    """The environment without settings of the machine's own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}


@contextmanager
def empty_town(settings: str = "") -> Iterator[Town]:
    """A town in an empty folder, with the text of a settings file."""
    with tempfile.TemporaryDirectory(prefix="wangge-show-") as folder:
        yield Town(Path(folder), settings)
