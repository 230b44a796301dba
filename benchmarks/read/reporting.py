"""Reporting: tables for the terminal and for docs/benchmarks.md, where each benchmark rewrites its own part."""

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from read.loading import Load
from read.running import Measured, Plan
from read.servers import Server

DOCUMENT = Path(__file__).parents[2] / "docs" / "benchmarks.md"
OPENING = """# Benchmarks

What reads cost, measured by the repository's own harness and never by hand. Each part below is written by the command that it
names; run it on your own machine before you believe a number. Ratios travel better than absolute figures.
"""
TITLES = {
    "ours": "Wangge",
    "unlogged": "without the log of reads",
    "postgraphile": "PostGraphile",
    "bare": "bare SQL",
    "usual": "usual way",
}
RATIOS = {"unlogged": 0.9, "postgraphile": 1.5, "bare": 0.7, "usual": 10.0}
"""Ours against each: what we aim for."""


def write_part(name: str, text: str) -> None:
    """Replace a part of the document, or add it."""
    start, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    whole = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else OPENING
    part = f"{start}\n{text.strip()}\n{end}"
    if start in whole:
        before, rest = whole.split(start, 1)
        whole = before + part + rest.split(end, 1)[1]
    else:
        whole = f"{whole.rstrip()}\n\n{part}\n"
    DOCUMENT.write_text(whole, encoding="utf-8")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; all columns but the first two are figures."""
    rule = ["---" if number < 2 else "---:" for number in range(len(head))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, rule, *rows))


def machine(*more: str) -> str:
    """When, on what and with which versions."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("granian", "asyncpg", "strawberry-graphql", "sqlalchemy"))
    memory = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)
    python = f"Python {platform.python_version()}"
    where = f"{platform.system()} on {platform.machine()}, {os.cpu_count()} shared cores, {memory} GB"
    return f"Measured {datetime.now(UTC):%Y-%m-%d} on one machine ({where}), where load, servers and database share the cores. " + (
        ", ".join((python, libraries, *more)) + "."
    )


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def throughput(measured: Measured, plan: Plan, servers: Sequence[Server]) -> str:
    """Requests a second with the latencies of each, and ours against the others."""
    names = [server.name for server in servers]
    others = [name for name in names if name != "ours"]
    head = ["question", "connections", *(TITLES[name] for name in names), *(f"× {TITLES[name]}" for name in others)]
    rows: list[list[str]] = []
    for query in plan.queries:
        for connections in plan.connections:
            found = {name: measured.middle(query.name, connections, name) for name in names}
            cells = [_load(one, measured.failed.get((query.name, connections, name), "")) for name, one in found.items()]
            ratios = [_ratio(name, found.get("ours"), found[name]) for name in others]
            rows.append([query.title, str(connections), *cells, *ratios])
    return table(head, rows)


def _load(found: Load | None, failed: str) -> str:
    return f"{number(found.per_second)} ({number(found.p50)} / {number(found.p99)})" if found else f"fails: {failed}"


def _ratio(name: str, ours: Load | None, other: Load | None) -> str:
    """Printed in bold where it is what we aim for."""
    if ours is None or other is None:
        return "—"
    ratio = ours.per_second / other.per_second
    return f"**{ratio:.2f}**" if ratio >= RATIOS[name] else f"{ratio:.2f}"


def resources(measured: Measured, plan: Plan, servers: Sequence[Server]) -> str:
    """Statements for a request, bytes of an answer, and memory after all loads."""
    head = ["question", "", *(TITLES[server.name] for server in servers)]
    rows: list[list[str]] = []
    for query in plan.queries:
        if measured.statements:
            counts = [measured.statements.get((query.name, server.name)) for server in servers]
            rows.append([query.title, "statements", *("—" if count is None else f"{count:g}" for count in counts)])
        sizes = [measured.sizes.get((query.name, server.name)) for server in servers]
        rows.append([query.title, "bytes", *("—" if size is None else number(size) for size in sizes)])
    rows.append(["after all loads", "memory, MB", *(number(measured.megabytes[server.name]) for server in servers)])
    return table(head, rows)
