"""How the time of each of the six questions grows from profile S to M to L, on PostgreSQL and, with `--sqlite`, on SQLite too.

Writes its part of docs/benchmarks.md. The first run fills the databases, which takes minutes.
"""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from profiles.filling import fill
from profiles.sizes import PROFILES
from read.choosing import choose
from read.cluster import FOLDER, make_database, server
from read.growing import Times, growth, measure
from read.reporting import machine, write_part
from read.servers import Bare, Ours, Server
from sqlalchemy.engine import URL

from wangge_core.db.engines import database_url
from wangge_server.sign_in import make_tokens

VIEWER = "district"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiles", nargs="+", choices=PROFILES, default=list(PROFILES))
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--server", metavar="URL", help="a PostgreSQL server where databases can be made")
    parser.add_argument("--prefix", default="bench", help="what the names of the databases begin with")
    parser.add_argument("--sqlite", action="store_true", help="also on SQLite")
    parser.add_argument("--quick", action="store_true", help="S and M, ten requests; nothing is written")
    given = parser.parse_args()
    profiles = ["S", "M"] if given.quick else given.profiles
    requests = 10 if given.quick else given.requests
    with ExitStack() as stack:
        root = stack.enter_context(server(given.server))
        places = {name: make_database(root, f"{given.prefix}_{name.lower()}") for name in profiles}
        text = f"### PostgreSQL\n\n{grown(places, requests)}"
        if given.sqlite:
            files = {name: database_url(f"sqlite:///{FOLDER}/{given.prefix}_{name.lower()}.db") for name in profiles}
            text += f"\n\n### SQLite\n\n{grown(files, requests)}"
    print(text)
    if not given.quick and profiles == list(PROFILES):
        write_part("growth", f"{introduction(profiles, requests)}\n\n{text}")


def grown(places: dict[str, URL], requests: int) -> str:
    found: dict[str, Times] = {}
    for name, url in places.items():
        place = url.render_as_string(hide_password=False)
        town = asyncio.run(fill(place, PROFILES[name]))
        choices = asyncio.run(choose(place, town, VIEWER))
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wangge-benchmarks-")))
            token = make_tokens(folder, town.viewers())[VIEWER]
            servers: list[Server] = [Ours(url, folder, token)]
            if url.get_backend_name() == "postgresql":
                servers.append(Bare(url))
            found[name] = measure([stack.enter_context(one) for one in servers], choices, requests)
    return growth(found, [one.name for one in servers])


def introduction(profiles: Iterable[str], requests: int) -> str:
    sizes = "; ".join(
        f"{name}: {one.grids:,} grids, {one.buildings:,} buildings, {one.persons:,} persons, {one.events:,} events"
        for name, one in ((name, PROFILES[name]) for name in profiles)
    )
    return f"""## How reads grow

`make bench-growth`. Milliseconds at one connection, from request to answer, the median of {requests} requests with different variables,
for a district's administrator. {sizes}. A district is the whole town in S, a quarter of it in M and an eighth in L; a subdistrict has
about as many events in M and L.

{machine()}"""


if __name__ == "__main__":
    main()
