"""Import a fictional town of 46,242 persons with homes and households from CSV by one command, and then once more.

`--rows 46242 --db URL`. Prints rows per second and the peak of memory; ends with 1 where the second run changes anything.
"""

# ruff: noqa: T201 - it is there to print

import argparse
import csv
import json
import os
import random
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from showing import ROOT, WANGGE, environment

from wangge_core.people.identity import check_character

ROWS = 46_242
DISTRICT, SUBDISTRICTS, COMMUNITIES = "999902", 3, 5
SURNAMES = "林沈苏陆程叶江温顾唐何罗邓蒋贺邵孟尹段"
GIVEN = "安宁澄岚予禾清远若知行舟晴川景和悦書霖松竹溪月辰"
HEADER = (
    "编号,姓名,性别,出生日期,身份证号,联系电话,居住类型,入住日期,监护人编号,监护人同意日期,"
    "网格编码,楼栋,房号,楼层,户号,户主,与户主关系,民族,籍贯"
)
TODAY = date(2026, 1, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--db", help="an empty database of its own; a temporary one of SQLite by default")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wangge-show-") as name:
        folder = Path(name)
        write_divisions(folder / "divisions.csv")
        write_persons(folder / "persons.csv", given.rows)
        print(f"A fictional town: {given.rows:,} persons, {(folder / 'persons.csv').stat().st_size >> 10:,} KB of CSV.")
        sys.exit(show(Command(folder, given.db), given.rows))


class Command:
    """Runs `wangge` as an operator would."""

    def __init__(self, folder: Path, db: str | None) -> None:
        self.folder = folder
        self._words = [str(WANGGE), "--data", str(folder), *(["--db", db] if db else [])]
        self._environment = environment() | {"WANGGE_SEALING_KEY_FILE": str(folder / "keys.toml")}

    def run(self, *words: str | Path) -> tuple[str, dict[str, float]]:
        """What it says; the seconds that it took, those of the processor, and its peak of memory in megabytes."""
        shown = [word.name if isinstance(word, Path) else word for word in words]
        print(f"$ wangge {shlex.join(shown)}", flush=True)
        started = time.perf_counter()
        command = subprocess.Popen([*self._words, *map(str, words)], env=self._environment, stdout=subprocess.PIPE)
        assert command.stdout is not None
        said = command.stdout.read().decode()
        _, status, used = os.wait4(command.pid, 0)
        seconds = time.perf_counter() - started
        print(said, end="", flush=True)
        if status:
            raise SystemExit(f"ended with status {os.waitstatus_to_exitcode(status)}")
        megabytes = used.ru_maxrss >> (20 if sys.platform == "darwin" else 10)
        return said, {"seconds": seconds, "processor_seconds": used.ru_utime + used.ru_stime, "peak_megabytes": megabytes}


def show(command: Command, rows: int) -> int:
    command.run("keys", "new", "k1")
    command.run("import", "divisions", command.folder / "divisions.csv", "--grids", "urban")
    persons = ("import", "persons", command.folder / "persons.csv", "--map", ROOT / "examples" / "imports" / "persons.toml")
    first, used = command.run(*persons)
    again, used_again = command.run(*persons)
    for what, one in (("imported", used), ("again", used_again)):
        print(
            json.dumps({"what": what, "rows_per_second": round(rows / one["seconds"])} | {k: round(v, 1) for k, v in one.items()})
        )
    whole = f"Imported {rows:,} of {rows:,} rows; 0 were there already; 0 refused." in first
    unchanged = f"Imported 0 of {rows:,} rows; {rows:,} were there already; 0 refused." in again and "Changed" not in again
    print("The second run changed nothing." if whole and unchanged else "NOT AS EXPECTED.")
    return 0 if whole and unchanged else 1


def write_divisions(path: Path) -> None:
    lines = ["code,name,level,parent", "9999,示例市,2,0", f"{DISTRICT},明湖区,3,9999"]
    for street in range(1, SUBDISTRICTS + 1):
        lines.append(f"{DISTRICT}{street:03},第{street}街道,4,{DISTRICT}")
        lines += [f"{code},第{number}社区,5,{DISTRICT}{street:03}" for number, code in communities(street)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def communities(street: int) -> Iterator[tuple[int, str]]:
    return ((number, f"{DISTRICT}{street:03}{number:03}") for number in range(1, COMMUNITIES + 1))


def write_persons(path: Path, rows: int) -> None:
    """Households of one to five in buildings of sixty homes, with a fixed seed."""
    chance = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(HEADER.split(","))
        left, home = rows, 0
        while left:
            size = min(left, chance.choice((1, 2, 2, 3, 3, 3, 4, 5)))
            lines.writerows(household(chance, home, rows - left, size))
            left, home = left - size, home + 1


def household(chance: random.Random, home: int, before: int, size: int) -> Iterator[tuple[object, ...]]:
    """The rows of a household, the head first."""
    every = [code for street in range(1, SUBDISTRICTS + 1) for _, code in communities(street)]
    building, unit = divmod(home, 60)
    floor = unit // 2 + 1
    where = (f"{every[building % len(every)]}001", f"{building // len(every) + 1}号楼", f"{floor}{unit % 2 + 1:02}", floor)
    head, surname = "", chance.choice(SURNAMES)
    for place, relation in enumerate(("户主", "配偶", "子女", "子女", "父母")[:size]):
        number = before + place + 1
        age = {"户主": chance.randint(25, 80), "配偶": chance.randint(25, 80), "父母": chance.randint(60, 95)}.get(
            relation, chance.randint(0, 17)
        )
        born = TODAY - timedelta(days=age * 365 + chance.randint(1, 364))
        name = surname + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))
        head = head or name
        child = relation == "子女"
        body = f"99{number // 1000:04}{born:%Y%m%d}{number % 1000:03}"  # a place that there is not
        yield (
            f"P{number:06}", name, "男" if number % 2 else "女", f"{born:%Y%m%d}", body + check_character(body),
            "" if child else f"139{number:08}", chance.choice(("常住", "常住", "暂住")), "",
            f"P{before + 1:06}" if child else "", "20250901" if child else "", *where,
            f"H{home:06}", head, relation, "某族", "某地",
        )  # fmt: skip


if __name__ == "__main__":
    main()
