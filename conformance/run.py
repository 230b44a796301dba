"""Asks other people's programs whether the service keeps to what they expect: `make conformance`.

Serves a small demo town on a free port of this machine, then runs the audits of graphql-http (npm), schemathesis (PyPI, in a virtual
environment of its own) and every script in `live/`. A script gets the URL of /graphql and the file of tokens, and prints as its last line
`{"passed": 3, "all": 3}`. Ends with status 1 when anything failed.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wangge_server.commands.demo import demo_settings, prepare
from wangge_server.settings import Settings
from wangge_server.sign_in import TOKENS_FILE, make_tokens

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NODE_LEAST = 20
SCALE = 0.05
"""How much of the demo town is made."""
START_SECONDS = 60
ASKERS = (None, "district", "community.grid_worker")
"""Who asks when documents are made up: a visitor, and two of the demo's tokens."""
ROOT_FIELDS = 40
"""About how many root fields there are, each of which gets the same number of cases."""
MOST_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Finding:
    """What one program said, in a few words."""

    program: str
    said: str
    good: bool

    def __str__(self) -> str:
        return f"{'✓' if self.good else '✗'} {self.program}: {self.said}"


def main() -> int:
    given = arguments()
    install_node_packages()
    with tempfile.TemporaryDirectory(prefix="wangge-conformance-") as folder:
        settings = fill(Path(folder), given.db)
        with served(settings) as url:
            found = [audit(url), fuzz(url, Path(folder), given.cases, given.seed)]
            found += [run_script(script, url, Path(folder)) for script in sorted((HERE / "live").glob("*.mjs"))]
    say("\nconformance: " + " · ".join(map(str, found)))
    return 0 if all(one.good for one in found) else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Ask other people's programs whether the service keeps to what they expect.")
    parser.add_argument("--cases", type=int, default=10_000, help="how many documents schemathesis makes up")
    parser.add_argument("--seed", type=int, default=1, help="another number makes other documents")
    parser.add_argument("--db", default="", metavar="URL", help="an empty database, where it is not to be SQLite")
    return parser.parse_args()


def install_node_packages() -> None:
    """Install what package-lock.json names. Says what is missing and ends where there is no Node."""
    node, npm = shutil.which("node"), shutil.which("npm")
    version = run([node, "--version"]).stdout.strip() if node else "none"
    number = re.match(r"v(\d+)", version)
    if not npm or not number or int(number[1]) < NODE_LEAST:
        sys.exit(f"Node {NODE_LEAST} or later with its npm is needed; here are Node {version} and npm {npm or 'none'}.")
    say(f"Installing the packages of conformance/ with Node {version} …")
    if run([npm, "ci", "--ignore-scripts"], cwd=HERE, shown=True).returncode:
        sys.exit("npm could not install them. Is a package registry within reach? `npm config get registry` says which.")


def fill(folder: Path, database: str) -> Settings:
    """A small demo town in the folder, with a token for each role."""
    settings = demo_settings(Settings(data_folder=str(folder), database=database))
    marker = asyncio.run(prepare(settings, seed=1, fresh=False, scale=SCALE))
    make_tokens(settings.folder, marker.logins)
    return settings


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The URL of /graphql while the town is served by `wangge serve`, as an operator would."""
    port = free_port()
    environment = os.environ | {
        "WANGGE_DATA_FOLDER": settings.data_folder,
        "WANGGE_DATABASE": settings.database_url,
        "WANGGE_DEVELOPMENT_SIGN_IN": "true",
        "WANGGE_COST_PER_MINUTE": "0",
        "WANGGE_LOG_LEVEL": "error",
    }
    wangge = Path(sys.executable).with_name("wangge")
    server = subprocess.Popen([sys.executable, wangge, "serve", "--port", str(port)], env=environment, cwd=settings.folder)
    try:
        wait_for(f"http://127.0.0.1:{port}/ready", server)
        yield f"http://127.0.0.1:{port}/graphql"
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    sys.exit(f"The service did not get ready within {START_SECONDS} seconds.")


def audit(url: str) -> Finding:
    say("Auditing with graphql-http …")
    return told("graphql-http", run(["node", "audits.mjs", url], cwd=HERE))


def run_script(script: Path, url: str, folder: Path) -> Finding:
    say(f"Running live/{script.name} …")
    return told(script.stem, run(["node", str(script), url, str(folder / TOKENS_FILE)], cwd=HERE))


def told(program: str, done: subprocess.CompletedProcess[str]) -> Finding:
    """What the last line of a program says: `{"passed": 61, "all": 61}`."""
    say(done.stderr.strip())
    try:
        figures = json.loads(done.stdout.strip().splitlines()[-1])
        passed, all = figures["passed"], figures["all"]
    except (IndexError, KeyError, ValueError):
        return Finding(program, f"ended with status {done.returncode} and no figures", good=False)
    return Finding(program, f"{passed} of {all}", good=passed == all > 0 and done.returncode == 0)


def fuzz(url: str, folder: Path, cases: int, seed: int) -> Finding:
    """Made-up documents for every root field, asked by visitors and accounts in turn, until there were as many as wanted."""
    program = schemathesis()
    tokens = json.loads((folder / TOKENS_FILE).read_text(encoding="utf-8"))
    made = failed = 0
    for round in range(MOST_ROUNDS * len(ASKERS)):
        if made >= cases or failed:
            break
        asker = ASKERS[round % len(ASKERS)]
        share = (cases - made) // (len(ASKERS) - round % len(ASKERS))
        say(f"Making up about {share:,} documents as {asker or 'a visitor'} …")
        now_made, now_failed = fuzz_once(program, url, tokens.get(asker or ""), -(-share // ROOT_FIELDS), seed + round)
        made, failed = made + now_made, failed + now_failed
    return Finding("schemathesis", f"{made:,} cases, {failed} faults", good=made >= cases and not failed)


def fuzz_once(program: Path, url: str, token: str | None, each: int, seed: int) -> tuple[int, int]:
    """How many documents were made up, `each` for each root field, and how many showed a fault of the service."""
    done = run(
        [
            *(str(program), "run", url, "--phases", "fuzzing", "--mode", "positive", "--checks", "no_fault_inside"),
            *("--max-examples", str(max(each, 1)), "--seed", str(seed), "--workers", "2", "--request-timeout", "30"),
            *("--continue-on-failure", "--no-shrink", "--generation-database", "none", "--no-color", "--warnings", "off"),
            *(("--header", f"Authorization: Bearer {token}") if token else ()),
        ],
        environment={"SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"), "PYTHONWARNINGS": "ignore"},
        cwd=HERE,
    )
    figures = re.search(r"([\d,]+) generated(?:, ([\d,]+) found)?", done.stdout)
    made, failed = (int((one or "0").replace(",", "")) for one in figures.groups()) if figures else (0, 1)
    if done.returncode or failed:
        say(done.stdout[-6_000:] + done.stderr[-2_000:])
    return made, failed or int(done.returncode != 0)


def schemathesis() -> Path:
    """The program, in an environment of its own: its packages are none of ours."""
    folder = HERE / ".venv"
    program = folder / "bin" / "schemathesis"
    if not program.exists():
        say("Installing schemathesis …")
        venv.create(folder, with_pip=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if run([*pip, "-r", "requirements.txt", "-c", str(ROOT / "constraints.txt")], cwd=HERE, shown=True).returncode:
            sys.exit("pip could not install schemathesis. Is a package index within reach?")
    return program


def run(
    command: list[str], *, cwd: Path | None = None, environment: dict[str, str] | None = None, shown: bool = False
) -> subprocess.CompletedProcess[str]:
    kept = None if shown else subprocess.PIPE
    return subprocess.run(command, cwd=cwd, env=os.environ | (environment or {}), stdout=kept, stderr=kept, text=True, check=False)


def say(text: str) -> None:
    if text:
        print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
