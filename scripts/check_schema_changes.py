"""Holds the schema against the one that clients build on: `make check` runs it, `--write` makes the page, `--release` starts anew.

Prints every finding and ends with status 1 when there are any.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from graphql import GraphQLSchema, build_schema

from schema_page import history_of, page, section, since
from schema_policy import Accepted, Policy

ROOT = Path(__file__).resolve().parent.parent
RELEASED = Path("schema", "released.graphql")
PRESENT = Path("schema", "schema.graphql")
BREAKING = Path("schema", "breaking.toml")
PAGE = Path("docs", "schema-changes.md")
PROJECT = Path("schema", "pyproject.toml")
HEAD = "# The schema that clients build on: version {version}, {day}. Written by `make release-schema`.\n"
HEAD_PARTS = re.compile(r"^# .*: version (\S+), (\d{4}-\d\d-\d\d)\.")
NO_BREAKING = """# Breaking changes since schema/released.graphql that were accepted before 1.0, each with its day and reason:
#
# [[accepted]]
# change = "Field Event.stage was removed."
# on = 2026-12-24
# because = "Nobody could have used it: it always failed."
"""


class Contract:
    """The files of the schema's policy below a folder."""

    def __init__(self, root: Path = ROOT, today: date | None = None) -> None:
        self.root = root
        self.today = today or datetime.now(UTC).date()
        head = HEAD_PARTS.match(self._read(RELEASED))
        if head is None:
            sys.exit(f"{RELEASED} does not begin with its version and day: {HEAD.strip()}")
        self.released_version, self.released_on = head[1], date.fromisoformat(head[2])
        self.released, self.present = self._schema(RELEASED), self._schema(PRESENT)
        self.version: str = tomllib.loads(self._read(PROJECT))["project"]["version"]
        self.accepted = self._accepted()

    def _read(self, path: Path) -> str:
        found = self.root / path
        return found.read_text(encoding="utf-8") if found.is_file() else ""

    def _write(self, path: Path, text: str) -> None:
        (self.root / path).write_text(text, encoding="utf-8")

    def _schema(self, path: Path) -> GraphQLSchema:
        return build_schema(self._read(path))

    def _accepted(self) -> dict[str, Accepted]:
        entries = tomllib.loads(self._read(BREAKING)).get("accepted", [])
        return {entry["change"]: Accepted(entry["on"], entry["because"]) for entry in entries}

    def section(self, title: str) -> str:
        return section(title, self.released, self.present, self.accepted)

    def page(self) -> str:
        """What docs/schema-changes.md should be."""
        return page(self.section(since(self.released_version, self.released_on)), history_of(self._read(PAGE)))

    def findings(self) -> Iterator[str]:
        """What is against the policy, and whether the page is stale."""
        yield from Policy(
            released=self.released,
            present=self.present,
            released_on=self.released_on,
            today=self.today,
            accepted=self.accepted,
            may_accept=self.version.startswith("0."),
        ).faults()
        if self._read(PAGE) != self.page():
            yield f"{PAGE} is stale. Run `make schema-changes`."

    def write(self) -> None:
        self._write(PAGE, self.page())

    def release(self) -> None:
        """Make the present schema the one that clients build on, and keep its changes on the page. The policy must hold."""
        if self.version == self.released_version:
            sys.exit(f"{PROJECT} still has version {self.version}, which was released already.")
        self.write()
        if found := list(self.findings()):
            sys.exit("\n".join(found))
        history = f"{self.section(f'{self.version} ({self.today})')}\n{history_of(self._read(PAGE))}"
        self._write(RELEASED, HEAD.format(version=self.version, day=self.today) + self._read(PRESENT))
        self._write(BREAKING, NO_BREAKING)
        after = Contract(self.root, self.today)
        after._write(PAGE, page(after.section(since(after.released_version, after.released_on)), history))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/schema-changes.md")
    parser.add_argument("--release", action="store_true", help="make the present schema the released one")
    chosen, contract = parser.parse_args(), Contract()
    if chosen.release:
        contract.release()
    elif chosen.write:
        contract.write()
    else:
        found = list(contract.findings())
        for finding in found:
            print(f"✗ {finding}")  # noqa: T201
        print(f"{len(found)} findings in the schema." if found else "The schema keeps its promises.")  # noqa: T201
        return 1 if found else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
