"""One event with everything that its page shows."""

from read.queries.query import Choices, Data, Query, Variables, label, post

DOCUMENT = """
query Event($number: String!) {
  event(number: $number) {
    number description priority closed reportedAt
    kind { label }
    stage { name label }
    grid { code name parent { code name } }
    assignee { role { label } account { name } }
    assignments { lead active post { role { label } account { name } } office { name } }
    history { sequence entry move at account { name } post { role { label } } }
  }
}
"""
POSTGRAPHILE = """
query Event($number: String!) {
  event: eventByNumber(number: $number) {
    number description priority closed reportedAt
    kind { label }
    stage: currentStage { name label }
    grid { code name parent { code name } }
    assignee { role { label } account { name } }
    assignments: eventAssignments(orderBy: [SEQUENCE_ASC, ROW_ID_ASC]) {
      nodes { lead active post { role { label } account { name } } office { name } }
    }
    history: eventHistories(orderBy: [SEQUENCE_ASC]) {
      nodes { sequence entry move at account { name } post { role { label } } }
    }
  }
}
"""
SQL = """
SELECT json_build_object('event', json_build_object(
  'number', e.number, 'description', e.description, 'priority', e.priority, 'closed', e.closed, 'reportedAt', e.reported_at,
  'kind', json_build_object('label', k.label ->> 'zh'),
  'stage', json_build_object('name', s.name, 'label', s.label ->> 'zh'),
  'grid', json_build_object('code', g.code, 'name', g.name, 'parent',
    CASE WHEN p.id IS NOT NULL THEN json_build_object('code', p.code, 'name', p.name) END),
  'assignee', CASE WHEN ap.id IS NOT NULL THEN
    json_build_object('role', json_build_object('label', ar.label ->> 'zh'), 'account', json_build_object('name', aa.name)) END,
  'assignments', coalesce((
    SELECT json_agg(json_build_object('lead', a.lead, 'active', a.active,
      'post', CASE WHEN po.id IS NOT NULL THEN
        json_build_object('role', json_build_object('label', r.label ->> 'zh'), 'account', json_build_object('name', ac.name)) END,
      'office', CASE WHEN o.id IS NOT NULL THEN json_build_object('name', o.name) END) ORDER BY a.sequence, a.id)
    FROM event_assignment a LEFT JOIN post po ON po.id = a.post_id LEFT JOIN role r ON r.id = po.role_id
    LEFT JOIN account ac ON ac.id = po.account_id LEFT JOIN office o ON o.id = a.office_id
    WHERE a.event_id = e.id), '[]'),
  'history', coalesce((
    SELECT json_agg(json_build_object('sequence', h.sequence, 'entry', h.entry, 'move', h.move, 'at', h.at,
      'account', CASE WHEN ac.id IS NOT NULL THEN json_build_object('name', ac.name) END,
      'post', CASE WHEN po.id IS NOT NULL THEN json_build_object('role', json_build_object('label', r.label ->> 'zh')) END)
      ORDER BY h.sequence)
    FROM event_history h LEFT JOIN account ac ON ac.id = h.account_id
    LEFT JOIN post po ON po.id = h.post_id LEFT JOIN role r ON r.id = po.role_id
    WHERE h.event_id = e.id), '[]')))::text
FROM event e
JOIN event_kind k ON k.id = e.kind_id
JOIN workflow_stage s ON s.workflow_version_id = e.workflow_version_id AND s.name = e.stage
JOIN grid g ON g.id = e.grid_id
LEFT JOIN grid p ON p.id = g.parent_id
LEFT JOIN post ap ON ap.id = e.assignee_id
LEFT JOIN role ar ON ar.id = ap.role_id
LEFT JOIN account aa ON aa.id = ap.account_id
WHERE e.number = $1
"""


def variables(choices: Choices) -> list[Variables]:
    return [{"number": number} for number in choices.numbers]


def from_postgraphile(data: Data) -> Data:
    event = data["event"]
    assignments = [one | {"post": post(one["post"])} for one in event["assignments"]["nodes"]]
    history = [one | {"post": post(one["post"])} for one in event["history"]["nodes"]]
    shaped = {"kind": label(event["kind"]), "stage": label(event["stage"]), "assignee": post(event["assignee"])}
    return {"event": event | shaped | {"assignments": assignments, "history": history}}


QUERY = Query(
    name="event",
    title="one event with everything",
    document=DOCUMENT,
    variables=variables,
    postgraphile=POSTGRAPHILE,
    sql=SQL,
    arguments=("number",),
    from_postgraphile=from_postgraphile,
)
