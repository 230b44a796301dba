"""Ten buildings of a grid with their homes and shops, and who lives there."""

from read.queries.query import Choices, Data, Query, Variables

DOCUMENT = """
query Buildings($code: String!) {
  grid(code: $code) {
    buildings(first: 10, orderBy: { field: NAME }) {
      nodes {
        name address floors
        units(first: 4, orderBy: { field: NAME }) {
          nodes { name use households { name persons { name gender bornOn residence } } }
        }
      }
    }
  }
}
"""
POSTGRAPHILE = """
query Buildings($code: String!) {
  grid: gridByLayerIdAndCode(layerId: "base", code: $code) {
    buildings(first: 10, orderBy: [NAME_ASC, ROW_ID_ASC]) {
      nodes {
        name address floors
        units(first: 4, orderBy: [NAME_ASC, ROW_ID_ASC]) {
          nodes {
            name use
            households(orderBy: [ROW_ID_ASC]) {
              nodes { name persons: people(orderBy: [ROW_ID_ASC]) { nodes { name gender bornOn residence } } }
            }
          }
        }
      }
    }
  }
}
"""
SQL = """
SELECT json_build_object('grid', json_build_object('buildings', json_build_object('nodes', coalesce((
  SELECT json_agg(json_build_object('name', b.name, 'address', b.address, 'floors', b.floors,
    'units', json_build_object('nodes', coalesce((
      SELECT json_agg(json_build_object('name', u.name, 'use', u.use, 'households', coalesce((
        SELECT json_agg(json_build_object('name', h.name, 'persons', coalesce((
          SELECT json_agg(json_build_object(
            'name', p.name, 'gender', p.gender, 'bornOn', p.born_on, 'residence', p.residence) ORDER BY p.id)
          FROM person p WHERE p.household_id = h.id), '[]')) ORDER BY h.id)
        FROM household h WHERE h.unit_id = u.id), '[]')) ORDER BY u.name, u.id)
      FROM (SELECT * FROM unit u WHERE u.building_id = b.id ORDER BY u.name, u.id LIMIT 4) u), '[]'))) ORDER BY b.name, b.id)
  FROM (SELECT * FROM building b WHERE b.grid_id = g.id ORDER BY b.name, b.id LIMIT 10) b), '[]'))))::text
FROM grid g WHERE g.layer_id = 'base' AND g.code = $1
"""


def variables(choices: Choices) -> list[Variables]:
    return [{"code": code} for code in choices.codes("GRID")]


def from_postgraphile(data: Data) -> Data:
    return {"grid": {"buildings": {"nodes": [_building(one) for one in data["grid"]["buildings"]["nodes"]]}}}


def _building(found: Data) -> Data:
    return found | {"units": {"nodes": [_unit(one) for one in found["units"]["nodes"]]}}


def _unit(found: Data) -> Data:
    return found | {"households": [one | {"persons": one["persons"]["nodes"]} for one in found["households"]["nodes"]]}


QUERY = Query(
    name="buildings",
    title="10 buildings with homes and people",
    document=DOCUMENT,
    variables=variables,
    postgraphile=POSTGRAPHILE,
    sql=SQL,
    arguments=("code",),
    from_postgraphile=from_postgraphile,
)
