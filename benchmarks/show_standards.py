"""Import a real city's published standards by a mapping: every rule in or refused by name, and what each spelling of a limit became."""

# ruff: noqa: T201 - it is there to print

import json
import sys
from collections import Counter

from showing import ROOT, Town, empty_town, real_data

from wangge_core.imports.mapping_files import read_mapping
from wangge_core.imports.standards.importing import check_standards
from wangge_core.imports.standards.mappings import StandardsMapping

KINDS = """
query ($after: String) {
  eventKinds(first: 1000, after: $after, filter: {catalogue: {eq: "yuncheng"}}) {
    nodes { id label workflow { id } handledBy supervisedBy retiredBecause limits { label clock { kind amount } closedWhen } }
    pageInfo { endCursor hasNextPage }
  }
}
"""


def main() -> None:
    file = real_data("cityguard_standards", "yuncheng_standards_raw.xlsx")
    mapping = ROOT / "examples" / "imports" / "yuncheng.toml"
    with empty_town() as town:
        print("An empty town. A city's standards come in as kinds with filing conditions, limits and closing conditions.")
        for _ in range(2):  # the second time nothing is new
            town.wangge("import", "standards", file, "--map", mapping)
        sys.exit(show(town, check_standards(file, read_mapping(mapping, StandardsMapping)).spellings))


def show(town: Town, spellings: Counter[tuple[str, str]]) -> int:
    kinds = [kind for kind in town.ask_all(KINDS, "eventKinds") if kind["limits"]]
    first = kinds[0]
    print(f"Read back through the schema, {first['id']} {first['label']} ({first['workflow']['id']}):")
    print(f"  handled by {'、'.join(first['handledBy'])}; supervised by {'、'.join(first['supervisedBy'])}")
    for limit in first["limits"]:
        print(f"  {limit['label']}: {limit['clock']['kind']} {limit['clock']['amount']}, closed when {limit['closedWhen']}")
    of_sheet = Counter[str]()
    for kind in kinds:
        of_sheet[kind["id"].split(".")[2]] += len(kind["limits"])
    rows: Counter[str] = Counter()
    for (spelling, _), count in spellings.items():
        rows[spelling] += count
    figures = {
        "rules": of_sheet.total(),
        "components": of_sheet["components"],
        "events": of_sheet["events"],
        "unparsed": sum(count for (_, became), count in spellings.items() if not became),
        "limits": dict(rows.most_common()),
    }
    print(json.dumps(figures, ensure_ascii=False))
    return 0 if of_sheet.total() + figures["unparsed"] == rows.total() else 1


if __name__ == "__main__":
    main()
