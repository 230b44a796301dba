"""Events that staff report and move in tests, through the schema."""

from towns import Town

REPORT = """mutation($input: EventReportInput!) {
  eventReport(input: $input) { event { id number stage { name } kind { id } } userErrors { field code message } }
}"""
MOVE = """mutation($id: ID!, $input: EventMoveInput!) {
  eventMove(id: $id, input: $input) { event { stage { name final } closed } userErrors { field code message } }
}"""


async def report(town: Town, grid: str, kind: str, details: object, **more: object) -> str:
    """Report an event as the operator's data and return its id."""
    worker = await town.viewer("community.grid_worker", grid)
    input = {"kindId": kind, "gridId": f"Grid:{town.grids[grid]}", "description": "seen", "details": details} | more
    answer = (await town.ask(REPORT, worker, input=input))["eventReport"]
    assert answer["userErrors"] == []
    return answer["event"]["id"]
