"""Fifty events of a district, the newest before a moment, each with its grid, its kind and who has it."""

from read.queries.query import Choices, Data, Query, Variables, label, post, subtree

DOCUMENT = """
query Events($under: String!, $before: DateTime!) {
  events(
    first: 50
    filter: { subtree: $under, reportedAt: { lt: $before } }
    orderBy: { field: REPORTED_AT, direction: DESC }
  ) {
    nodes {
      number description priority closed reportedAt
      kind { label }
      grid { code name }
      assignee { role { label } account { name } }
    }
  }
}
"""
POSTGRAPHILE = """
query Events($from: String!, $to: String!, $before: Datetime!) {
  events(
    first: 50
    filter: { grid: { path: { greaterThanOrEqualTo: $from, lessThan: $to } }, reportedAt: { lessThan: $before } }
    orderBy: [REPORTED_AT_DESC, ROW_ID_DESC]
  ) {
    nodes {
      number description priority closed reportedAt
      kind { label }
      grid { code name }
      assignee { role { label } account { name } }
    }
  }
}
"""
SQL = """
SELECT json_build_object('events', json_build_object('nodes', coalesce(json_agg(json_build_object(
  'number', e.number, 'description', e.description, 'priority', e.priority, 'closed', e.closed, 'reportedAt', e.reported_at,
  'kind', json_build_object('label', k.label ->> 'zh'),
  'grid', json_build_object('code', e.grid_code, 'name', e.grid_name),
  'assignee', CASE WHEN p.id IS NOT NULL THEN
    json_build_object('role', json_build_object('label', r.label ->> 'zh'), 'account', json_build_object('name', a.name)) END)
  ORDER BY e.reported_at DESC, e.id DESC), '[]')))::text
FROM (
  SELECT e.*, g.code AS grid_code, g.name AS grid_name
  FROM event e CROSS JOIN LATERAL (
    SELECT g.code, g.name FROM grid g WHERE g.id = e.grid_id AND g.path >= $1 AND g.path < $2 OFFSET 0
  ) g
  WHERE e.reported_at < $3::text::timestamptz
  ORDER BY e.reported_at DESC, e.id DESC LIMIT 50
) e
JOIN event_kind k ON k.id = e.kind_id
LEFT JOIN post p ON p.id = e.assignee_id
LEFT JOIN role r ON r.id = p.role_id
LEFT JOIN account a ON a.id = p.account_id
"""


def variables(choices: Choices) -> list[Variables]:
    district = choices.codes("DISTRICT")[0]
    ends = dict(zip(("from", "to"), subtree(choices.path(district)), strict=True))
    return [{"under": district, "before": moment, **ends} for moment in choices.moments]


def from_postgraphile(data: Data) -> Data:
    nodes = [one | {"kind": label(one["kind"]), "assignee": post(one["assignee"])} for one in data["events"]["nodes"]]
    return {"events": {"nodes": nodes}}


QUERY = Query(
    name="events",
    title="50 events with three relations",
    document=DOCUMENT,
    variables=variables,
    postgraphile=POSTGRAPHILE,
    sql=SQL,
    arguments=("from", "to", "before"),
    from_postgraphile=from_postgraphile,
)
