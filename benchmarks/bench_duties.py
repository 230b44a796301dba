"""Due lists against the size of the town: a worker's, a grid's, and a subdistrict's figures, on profiles S, M and L and both databases.

The first run fills the databases, which takes minutes. `--shrink 4` divides L by so much where it does not fit the disk; the table says so.
"""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
from contextlib import ExitStack
from dataclasses import replace

from due.timing import measure
from due.working import add_work
from profiles.filling import fill
from profiles.sizes import PROFILES, Profile
from read.cluster import FOLDER, make_database, server
from read.reporting import machine, number, table, write_part
from sqlalchemy.engine import URL

from wangge_core.db.engines import database_url


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiles", nargs="+", choices=PROFILES, default=list(PROFILES))
    parser.add_argument("--requests", type=int, default=50)
    parser.add_argument("--server", metavar="URL", help="a PostgreSQL server where databases can be made")
    parser.add_argument("--prefix", default="duties", help="what the names of the databases begin with")
    parser.add_argument("--shrink", type=int, default=1, help="by how much the events and people of L are divided")
    parser.add_argument("--sqlite-only", action="store_true")
    parser.add_argument("--quick", action="store_true", help="S alone, ten requests; nothing is written")
    given = parser.parse_args()
    names = ["S"] if given.quick else given.profiles
    requests = 10 if given.quick else given.requests
    profiles = {name: shrunk(PROFILES[name], given.shrink if name == "L" else 1) for name in names}
    text = ""
    with ExitStack() as stack:
        if not given.sqlite_only:
            root = stack.enter_context(server(given.server))
            places = {name: make_database(root, f"{given.prefix}_{name.lower()}") for name in profiles}
            text += f"### PostgreSQL\n\n{timed(places, profiles, requests)}\n\n"
        FOLDER.mkdir(parents=True, exist_ok=True)
        files = {name: database_url(f"sqlite:///{FOLDER}/{given.prefix}_{name.lower()}.db") for name in profiles}
        text += f"### SQLite\n\n{timed(files, profiles, requests)}"
    print(text)
    if not given.quick and names == list(PROFILES) and not given.sqlite_only:
        write_part("duties", f"{introduction(profiles, requests)}\n\n{text}")


def shrunk(profile: Profile, by: int) -> Profile:
    """The same town with fewer of everything that fills a disk; grids stay as large as they are."""
    if by == 1:
        return profile
    less = {name: getattr(profile, name) // by for name in ("grids", "buildings", "persons", "events")}
    return replace(profile, name=f"{profile.name} / {by}", **less)


def timed(places: dict[str, URL], profiles: dict[str, Profile], requests: int) -> str:
    columns: dict[str, dict[str, tuple[float, int]]] = {}
    for name, place in places.items():
        columns[profiles[name].name] = asyncio.run(_timed(place, profiles[name], requests))
    first = next(iter(columns.values()))
    rows = [[title, *(number(one[title][0]) for one in columns.values())] for title in first]
    return table(["milliseconds", *columns], rows)


async def _timed(place: URL, profile: Profile, requests: int) -> dict[str, tuple[float, int]]:
    town = await fill(place.render_as_string(hide_password=False), profile)
    counts = await add_work(place, town)
    print(f"{place.get_backend_name()} {profile.name}: {counts}")
    return await measure(place, town, requests=requests)


def introduction(profiles: dict[str, Profile], requests: int) -> str:
    sizes = "; ".join(f"{one.name}: {one.grids:,} grids, {one.persons:,} persons" for one in profiles.values())
    return f"""## Due lists

`make bench-duties`. Milliseconds in one process from the document to the answer, the median of {requests} requests for different workers,
grids and subdistricts; a twelfth of the people have a need, the ledger has a year of visits. {sizes}. A worker's grid has about 680 people
in S, 160 in M and 125 in L, a subdistrict 23,000 in S and 25,000 in M and L.

{machine()}"""


if __name__ == "__main__":
    main()
