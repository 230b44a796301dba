"""Three levels of the tree of grids, from a subdistrict to its grids, with how many events there are in and below each."""

from read.queries.query import Choices, Data, Query, Variables

DOCUMENT = """
query Tree($code: String!) {
  grid(code: $code) {
    code name events { totalCount }
    children(first: 20, orderBy: { field: CODE }) {
      totalCount
      nodes {
        code name events { totalCount }
        children(first: 20, orderBy: { field: CODE }) {
          totalCount
          nodes { code name events { totalCount } }
        }
      }
    }
  }
}
"""
POSTGRAPHILE = """
query Tree($code: String!) {
  grid: gridByLayerIdAndCode(layerId: "base", code: $code) {
    code name eventCount
    children: childGrids(first: 20, orderBy: [CODE_ASC]) {
      totalCount
      nodes {
        code name eventCount
        children: childGrids(first: 20, orderBy: [CODE_ASC]) {
          totalCount
          nodes { code name eventCount }
        }
      }
    }
  }
}
"""
SQL = """
SELECT json_build_object('grid', json_build_object(
  'code', r.code, 'name', r.name, 'events', json_build_object('totalCount',
    sum(c.events) + (SELECT count(*) FROM event e WHERE e.grid_id = r.id)),
  'children', json_build_object('totalCount', count(*), 'nodes', json_agg(c.shown ORDER BY c.code))))::text
FROM grid r
CROSS JOIN LATERAL (
  SELECT m.code, m.events + sum(l.events) AS events, json_build_object(
    'code', m.code, 'name', m.name, 'events', json_build_object('totalCount', m.events + sum(l.events)),
    'children', json_build_object('totalCount', count(*), 'nodes', json_agg(json_build_object(
      'code', l.code, 'name', l.name, 'events', json_build_object('totalCount', l.events)) ORDER BY l.code))) AS shown
  FROM (SELECT c.*, (SELECT count(*) FROM event e WHERE e.grid_id = c.id) AS events FROM grid c) m
  CROSS JOIN LATERAL (
    SELECT l.code, l.name, (SELECT count(*) FROM event e WHERE e.grid_id = l.id) AS events FROM grid l WHERE l.parent_id = m.id
  ) l
  WHERE m.parent_id = r.id
  GROUP BY m.id, m.code, m.name, m.events
) c
WHERE r.layer_id = 'base' AND r.code = $1
GROUP BY r.id, r.code, r.name
"""


def variables(choices: Choices) -> list[Variables]:
    return [{"code": code} for code in choices.codes("SUBDISTRICT")]


def from_postgraphile(data: Data) -> Data:
    return {"grid": _grid(data["grid"])}


def _grid(found: Data) -> Data:
    shaped = {"code": found["code"], "name": found["name"], "events": {"totalCount": found["eventCount"]}}
    if "children" in found:
        children = found["children"]
        shaped["children"] = {"totalCount": int(children["totalCount"]), "nodes": [_grid(one) for one in children["nodes"]]}
    return shaped


QUERY = Query(
    name="tree",
    title="three levels of grids with counts",
    document=DOCUMENT,
    variables=variables,
    postgraphile=POSTGRAPHILE,
    sql=SQL,
    arguments=("code",),
    from_postgraphile=from_postgraphile,
)
