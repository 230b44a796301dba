"""Import a real district's divisions into an empty town, with a grid for each village, and read them back through the schema."""

# ruff: noqa: T201 - it is there to print

import json
from collections import Counter

from showing import empty_town, real_data

DISTRICT = "430811"
PLURALS = {"DISTRICT": "districts", "SUBDISTRICT": "streets", "COMMUNITY": "villages", "GRID": "grids"}
GRIDS = """
query ($after: String, $subtree: String!) {
  grids(first: 1000, after: $after, filter: {subtree: $subtree}) {
    nodes { code name level path { name } }
    pageInfo { endCursor hasNextPage }
  }
}
"""


def main() -> None:
    divisions = real_data("china_divisions", "divisions_2021_5level.csv")
    with empty_town() as town:
        print(f"An empty town. Its divisions are {DISTRICT} and all below it; each village gets a first rural grid.")
        town.wangge("import", "divisions", divisions, "--root", DISTRICT, "--grids", "rural")
        grids = list(town.ask_all(GRIDS, "grids", subtree=DISTRICT))
    print("Read back through the schema; the last three paths:")
    for grid in grids[-3:]:
        print("  " + " → ".join(step["name"] for step in grid["path"]))
    counts = Counter(grid["level"] for grid in grids)
    print(json.dumps({plural: counts[level] for level, plural in PLURALS.items()}))


if __name__ == "__main__":
    main()
