"""The on-time shares of a real district's events through indicators, beside a plain count over the file that they were imported from."""

# ruff: noqa: T201 - it is there to print

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from showing import Town

SHARE = "community.on_time_share"
DAYS = {"from": "2018-01-01", "until": "2018-12-31"}
ASK = """
query ($grid: ID!, $from: Date!, $until: Date!, $by: IndicatorGrouping, $level: GridLevel, $every: IndicatorPeriod) {
  indicators(ids: ["community.on_time_share"], gridId: $grid, from: $from, until: $until, by: $by, level: $level, every: $every) {
    figures { gridName from of numerator denominator value }
  }
}
"""
DISTRICT = "query ($code: String!) { grid(code: $code) { id } }"
OFFICES = """
query ($after: String) {
  offices(first: 1000, after: $after) { nodes { id code } pageInfo { endCursor hasNextPage } }
}
"""
Share = tuple[int, int]
"""On time, and all of which it is known."""
Shares = Mapping[str, Share]


def compared(town: Town, code: str, rows: Iterable[Mapping[str, str]], kind_of: Callable[[dict[str, str]], str]) -> dict[str, int]:
    """How many shares were compared, and how many differ: by street, community, kind, unit and month."""
    told, plain = through_indicators(town, code), plainly(rows, kind_of)
    wrong = 0
    for by, shares in plain.items():
        different = [key for key in shares.keys() | told[by].keys() if shares.get(key) != told[by].get(key)]
        for key in different:
            print(f"  differs by {by}: {key}: {shares.get(key)} in the file, {told[by].get(key)} by the indicator")
        wrong += len(different)
        some = ", ".join(f"{key} {100 * one / all:.2f} %" for key, (one, all) in list(shares.items())[:3])
        print(f"  on-time share by {by}: {len(shares)} compared, {len(different)} differ; {some} …")
    return {"compared": sum(map(len, plain.values())), "differ": wrong}


def through_indicators(town: Town, code: str) -> Mapping[str, Shares]:
    grid = town.ask(DISTRICT, code=code)["grid"]["id"]
    codes = {one["id"]: one["code"].removeprefix("pingshan_") for one in town.ask_all(OFFICES, "offices")}

    def ask(**more: Any) -> Iterator[dict[str, Any]]:
        found = town.ask(ASK, grid=grid, **DAYS, **more)["indicators"]["figures"]
        return (one for one in found if one["denominator"])

    def shares(figures: Iterable[dict[str, Any]], key: Callable[[dict[str, Any]], str]) -> Shares:
        return {key(one): (one["numerator"], one["denominator"]) for one in figures}

    return {
        "street": shares(ask(by="GRID"), lambda one: one["gridName"]),
        "community": shares(ask(by="GRID", level="COMMUNITY"), lambda one: one["gridName"].removesuffix("居委会")),
        "kind": shares(ask(by="KIND"), lambda one: one["of"]),
        "unit": shares(ask(by="OFFICE"), lambda one: codes[one["of"]]),
        "month": shares(ask(every="MONTH"), lambda one: one["from"][:7]),
    }


def plainly(rows: Iterable[Mapping[str, str]], kind_of: Callable[[dict[str, str]], str]) -> Mapping[str, Shares]:
    """The same from the rows of the file that have a community."""
    all: dict[str, Counter[str]] = {by: Counter() for by in ("street", "community", "kind", "unit", "month")}
    on_time: dict[str, Counter[str]] = {by: Counter() for by in all}
    for row in rows:
        keys = {
            "street": row["street_name"],
            "community": row["community_name"],
            "kind": kind_of(dict(row)),
            "unit": row["dispose_unit_id"],
            "month": row["create_date"][:7],
        }
        for by, key in keys.items():
            if key != "-":
                all[by][key] += 1
                on_time[by][key] += row["achieve_status"] == "intime"
    return {by: {key: (on_time[by][key], number) for key, number in counts.items()} for by, counts in all.items()}
