"""Twenty events of one kind in a district, with the details that its plugin declares."""

from read.queries.query import Choices, Data, Query, Variables, label, subtree

KIND = "urban.road_damage"
DOCUMENT = """
query Details($under: String!, $kind: String!, $before: DateTime!) {
  events(
    first: 20
    filter: { subtree: $under, kind: { eq: $kind }, reportedAt: { lt: $before } }
    orderBy: { field: REPORTED_AT, direction: DESC }
  ) {
    nodes {
      number reportedAt
      kind { label }
      details { kind ... on UrbanRoadDamageDetails { damage areaM2 depthMm } }
    }
  }
}
"""
POSTGRAPHILE = """
query Details($from: String!, $to: String!, $kind: String!, $before: Datetime!) {
  events(
    first: 20
    filter: {
      grid: { path: { greaterThanOrEqualTo: $from, lessThan: $to } }
      kindId: { equalTo: $kind }
      reportedAt: { lessThan: $before }
    }
    orderBy: [REPORTED_AT_DESC, ROW_ID_DESC]
  ) {
    nodes { number reportedAt kind { label } kindId details }
  }
}
"""
SQL = """
SELECT json_build_object('events', json_build_object('nodes', coalesce(json_agg(json_build_object(
  'number', e.number, 'reportedAt', e.reported_at, 'kind', json_build_object('label', k.label ->> 'zh'),
  'details', CASE WHEN e.details IS NOT NULL THEN json_build_object('kind', e.kind_id, 'damage', e.details -> 'damage',
    'areaM2', e.details -> 'area_m2', 'depthMm', e.details -> 'depth_mm') END)
  ORDER BY e.reported_at DESC, e.id DESC), '[]')))::text
FROM (
  SELECT e.id, e.number, e.reported_at, e.kind_id, e.details
  FROM event e
  WHERE e.kind_id = $3 AND e.reported_at < $4::text::timestamptz
    AND (SELECT g.path >= $1 AND g.path < $2 FROM grid g WHERE g.id = e.grid_id)
  ORDER BY e.reported_at DESC, e.id DESC LIMIT 20
) e
JOIN event_kind k ON k.id = e.kind_id
"""
MEMBERS = {"damage": "damage", "areaM2": "area_m2", "depthMm": "depth_mm"}


def variables(choices: Choices) -> list[Variables]:
    district = choices.codes("DISTRICT")[0]
    ends = dict(zip(("from", "to"), subtree(choices.path(district)), strict=True))
    return [{"under": district, "kind": KIND, "before": moment, **ends} for moment in choices.moments]


def from_postgraphile(data: Data) -> Data:
    return {"events": {"nodes": [_event(one) for one in data["events"]["nodes"]]}}


def _event(found: Data) -> Data:
    details = found["details"]
    if details is not None:
        details = {"kind": found["kindId"]} | {name: details.get(stored) for name, stored in MEMBERS.items()}
    return {"number": found["number"], "reportedAt": found["reportedAt"], "kind": label(found["kind"]), "details": details}


QUERY = Query(
    name="details",
    title="20 events with a plugin's details",
    document=DOCUMENT,
    variables=variables,
    postgraphile=POSTGRAPHILE,
    sql=SQL,
    arguments=("from", "to", "kind", "before"),
    from_postgraphile=from_postgraphile,
)
