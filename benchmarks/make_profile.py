"""Fill a database with a generated town: `--profile S|M|L --db URL --seed 1`. Prints logins of a few viewers."""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import json
import time

from profiles.filling import fill
from profiles.sizes import PROFILES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", choices=PROFILES, default="M")
    parser.add_argument("--db", required=True, help="an empty database, or one with the same profile in it")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    started = time.perf_counter()
    town = asyncio.run(fill(given.db, PROFILES[given.profile], seed=given.seed))
    print(json.dumps({"seconds": round(time.perf_counter() - started, 1), "viewers": town.viewers()}))


if __name__ == "__main__":
    main()
