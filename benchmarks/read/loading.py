"""Load with wrk: bodies in turn over so many connections, for so many seconds."""

import json
import math
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from read.queries import Choices, Query
from read.servers import FailedError, Server

SCRIPT = Path(__file__).with_name("wrk.lua")
HEADER_BYTES = 400
"""More than the headers of any answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a run of wrk told. Latencies are milliseconds."""

    per_second: float
    p50: float
    p99: float


def find_wrk() -> str:
    """The path of wrk; installs it with apt-get where that can be done."""
    if not shutil.which("wrk") and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-q", "wrk"], check=False, stdout=subprocess.DEVNULL)
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit("wrk is needed: install it.")
    return found


def write_bodies(server: Server, query: Query, choices: Choices, folder: Path) -> Path:
    """A file with a request on each line."""
    path = folder / f"{server.name}-{query.name}.jsonl"
    path.write_bytes(b"".join(server.body(query, variables) + b"\n" for variables in query.variables(choices)))
    return path


def load(server: Server, query: Query, bodies: Path, *, connections: int, seconds: float, start: int, size: float) -> Load:
    """Run wrk, longer where not even as many answers came as there are connections. `size` is the mean size of a right answer: where
    the answers of the run are far from it, something is wrong. Raises FailedError where requests are not answered."""
    for longer in (1, 3, 9):
        found = _run(server, query, bodies, connections, seconds * longer, start)
        if found["requests"] >= connections:
            break
    if found["errors"] or not found["requests"]:
        raise FailedError(f"{found['errors']} of {found['requests']} requests fail with {connections} connections")
    mean = found["bytes"] / found["requests"]
    if found["requests"] > 50 and not size * 0.7 < mean < size * 1.3 + HEADER_BYTES:
        raise SystemExit(f"{server.name}, {query.name}: answers have {mean:.0f} bytes, right ones {size:.0f}")
    return Load(per_second=found["requests"] / found["microseconds"] * 1e6, p50=found["p50"] / 1000, p99=found["p99"] / 1000)


def _run(server: Server, query: Query, bodies: Path, connections: int, seconds: float, start: int) -> dict[str, Any]:
    headers = [part for pair in server.headers().items() for part in pair]
    options = ["-t", "1", "-c", str(connections), "-d", f"{math.ceil(seconds)}s", "--timeout", "60s", "-s", str(SCRIPT)]
    command = [find_wrk(), *options, f"http://127.0.0.1:{server.port}", "--", str(bodies), server.path(query), str(start)]
    run = subprocess.run([*command, *headers], check=True, capture_output=True, text=True)
    return json.loads(next(line for line in run.stdout.splitlines() if line.startswith("RESULT ")).removeprefix("RESULT "))
