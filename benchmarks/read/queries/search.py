"""Open events of a community whose description holds a word: how many, and the newest twenty."""

from read.queries.query import Choices, Data, Query, Variables, label, subtree

WORDS = ("井盖", "路灯", "积水", "消防通道", "异味", "噪声", "乱停放", "水管", "漏水", "树枝", "摊贩", "居住登记")
DOCUMENT = """
query Search($under: String!, $text: String!) {
  events(
    first: 20
    filter: { subtree: $under, closed: { eq: false }, description: { contains: $text } }
    orderBy: { field: REPORTED_AT, direction: DESC }
  ) {
    totalCount
    nodes { number description reportedAt kind { label } grid { code name } }
  }
}
"""
POSTGRAPHILE = """
query Search($from: String!, $to: String!, $text: String!) {
  events(
    first: 20
    filter: {
      grid: { path: { greaterThanOrEqualTo: $from, lessThan: $to } }
      closed: { equalTo: false }
      description: { includes: $text }
    }
    orderBy: [REPORTED_AT_DESC, ROW_ID_DESC]
  ) {
    totalCount
    nodes { number description reportedAt kind { label } grid { code name } }
  }
}
"""
SQL = """
WITH found AS MATERIALIZED (
  SELECT e.id, e.number, e.description, e.reported_at, e.kind_id, g.code, g.name
  FROM grid g JOIN event e ON e.grid_id = g.id
  WHERE g.path >= $1 AND g.path < $2 AND NOT e.closed AND e.description LIKE '%' || $3 || '%'
)
SELECT json_build_object('events', json_build_object('totalCount', (SELECT count(*) FROM found), 'nodes', coalesce((
  SELECT json_agg(json_build_object('number', f.number, 'description', f.description, 'reportedAt', f.reported_at,
    'kind', json_build_object('label', k.label ->> 'zh'), 'grid', json_build_object('code', f.code, 'name', f.name))
    ORDER BY f.reported_at DESC, f.id DESC)
  FROM (SELECT * FROM found ORDER BY reported_at DESC, id DESC LIMIT 20) f JOIN event_kind k ON k.id = f.kind_id), '[]')))::text
"""


def variables(choices: Choices) -> list[Variables]:
    codes = choices.codes("COMMUNITY")
    pairs = [(code, WORDS[(number + turn) % len(WORDS)]) for turn in range(4) for number, code in enumerate(codes)]
    ends = {code: dict(zip(("from", "to"), subtree(choices.path(code)), strict=True)) for code in codes}
    return [{"under": code, "text": word, **ends[code]} for code, word in pairs]


def from_postgraphile(data: Data) -> Data:
    nodes = [one | {"kind": label(one["kind"])} for one in data["events"]["nodes"]]
    return {"events": {"totalCount": int(data["events"]["totalCount"]), "nodes": nodes}}


QUERY = Query(
    name="search",
    title="a search with filter and count",
    document=DOCUMENT,
    variables=variables,
    postgraphile=POSTGRAPHILE,
    sql=SQL,
    arguments=("from", "to", "text"),
    from_postgraphile=from_postgraphile,
)
