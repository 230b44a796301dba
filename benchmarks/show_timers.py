"""Show that timers ring once each, though a process is killed: two processes, 1,000 due timers, SIGKILL in the middle of one.

On SQLite, and on PostgreSQL where there is one (WANGGE_TEST_PG_URL, or binaries of this machine). Ends with 1 where a timer was missed
or rang twice.
"""

# ruff: noqa: T201 - it is there to print

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from databases import start_postgresql
from timers import prove


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="wangge-show-") as folder:
        good = show("sqlite", prove(f"sqlite:///{Path(folder) / 'timers.db'}"))
    server = start_postgresql()
    if server is None:
        print("No PostgreSQL: set WANGGE_TEST_PG_URL to see the same there.")
    else:
        with server:
            name = server.unused_name()
            good &= show("postgresql", prove(server.create(name)))
            server.drop(name)
    sys.exit(0 if good else 1)


def show(database: str, found: Mapping[str, int]) -> bool:
    print(json.dumps({"database": database, **found}), flush=True)
    return found["done"] == found["due"] and not (found["twice"] or found["missed"] or found["left"])


if __name__ == "__main__":
    main()
