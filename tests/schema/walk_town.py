"""The town in which the schema is walked: the generated one, with sealed values, keys, devices, ties between things and people, and
somebody of each of the kinds of viewers that there are."""

import dataclasses
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from generated_filling import NOW
from generated_town import enrich
from walk_appraisals import fill_appraisals
from walk_campaigns import fill_campaigns
from walk_ledger import fill_ledger

from grounds import square
from identities import identity_number, keys_of
from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.grids.boundaries import NewBoundary, set_boundaries
from wangge_core.people.sealed import sealed_columns
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer, anonymous, load_viewer, narrowed, operator
from wangge_core.sealing.sealer import Sealer

SEALER = Sealer(keys_of("walk"))
MAY = (Capability.READ_PEOPLE, Capability.READ_EVENTS, Capability.READ_PLACES)
"""What the machine's key is for."""
OTHER_DISTRICT = "999902"
LOGINS = {
    "resident": "resident",
    "grid worker": f"community.grid_worker@{GRIDS['urban']}",
    "grid worker elsewhere": f"community.grid_worker@{GRIDS['scenic']}",
    "subdistrict": f"community.subdistrict_administrator@{SUBDISTRICT}",
    "district": f"community.district_administrator@{DISTRICT}",
    "specialist": "community.department_specialist@housing",
    "auditor": f"community.auditor@{DISTRICT}",
    "data officer": "officer",
    "machine": f"community.community_officer@{COMMUNITY}",
    "break glass": f"community.grid_worker@{GRIDS['rural']}",
}


def sealed_values(person: int) -> dict[str, str]:
    """The identity number and phone of a person; each phone is that of three."""
    return {"identity_number": identity_number(person), "phone": f"138{person // 3:08}"}


async def fill(deployment: Deployment) -> None:
    """Make the town out of the small one."""
    deployment.sealer = SEALER
    await enrich(deployment)
    async with deployment.write() as work:
        work.changes = None  # as in the generated town, the logs are not written
        await _ties(work)
        await _accounts(work)
        await _left(work)
        await _ground(work)
        await _units(work)
        await _intake(work)
        await _casework(work)
        await _divisions(work)
        await _substitutes(work)
        await _staffing(work)
        await fill_appraisals(work)
        await fill_ledger(work)
        await fill_campaigns(work)
        await _duties(work)


async def _ids(work: Work, table: sa.Table) -> list[int]:
    return [row.id for row in await work.rows(sa.select(table.c.id).order_by(table.c.id))]


async def _ties(work: Work) -> None:
    """Sealed values of everybody, who answers for units and organisations, and a child in the care of the first."""
    person = t.person
    people = [row.id for row in await work.rows(sa.select(person.c.id).where(person.c.removed_at.is_(None)).order_by(person.c.id))]
    for id in people:
        columns = sealed_columns(SEALER, id, **sealed_values(id))
        await work.run(sa.update(person).where(person.c.id == id).values(columns))
    child = {"guardian_id": people[0], "born_on": date(2020, 1, 1)}
    await work.run(sa.update(person).where(person.c.id == people[7]).values(child))
    named: list[tuple[sa.Table, str]] = [(t.unit, "responsible_id"), (t.organization_responsible, "person_id")]
    for table, column in named:
        for number, id in enumerate(await _ids(work, table)):
            if number % 2:
                await work.run(sa.update(table).where(table.c.id == id).values({column: people[number % len(people)]}))


async def _left(work: Work) -> None:
    """What is left of somebody who was erased, published counts of some grids, and official figures of others, of two days."""
    person, statistic = t.person, t.grid_statistic
    gone = person.c.removed_at.is_not(None), person.c.merged_into_id.is_(None)
    await work.run(sa.update(person).where(*gone).values(removed_because="Asked to", removed_basis="A law"))
    counted = {"counted_at": NOW, "smallest": 10, "persons": 20, "permanent": None, "temporary": None, "households": 10}
    counted |= {"units": 30, "vacant_units": None}
    grids = await _ids(work, t.grid)
    await work.insert(statistic, [counted | {"grid_id": id} for id in grids[::2]])
    official = [{"as_of": date(year, 11, 1), "number": year, "source": f"census {year}"} for year in (2020, 2010)]
    await work.insert(t.official_population, [one | {"grid_id": id} for one in official for id in grids[::3]])


async def _ground(work: Work) -> None:
    """Boundaries of some grids, one of them mended."""
    a, b, c, d, end = square(0, 0)["coordinates"][0]
    crossed = {"type": "Polygon", "coordinates": [[a, c, b, d, end]]}
    of_parts = {row.overlay_grid_id for row in await work.rows(sa.select(t.grid_part.c.overlay_grid_id))}
    drawn = [id for id in await _ids(work, t.grid) if id not in of_parts]
    shapes = [square(number, 0) for number in range(len(drawn))]
    requests = [
        NewBoundary(grid_id=id, geometry=shape, system="wgs84", repair=True)
        for id, shape in list(zip(drawn, [crossed, *shapes], strict=False))[::2]
    ]
    assert all(one.accepted for one in await set_boundaries(work, operator(), requests))
    first = await work.value(sa.select(sa.func.min(t.account.c.id)))
    await work.run(sa.update(t.boundary).values(set_by_id=first))


async def _divisions(work: Work) -> None:
    """One that waits for somebody to decide and one in force, which took every third event of a grid to where it is."""
    event, accounts = t.event, await _ids(work, t.account)
    of_base = sa.select(t.grid.c.id, t.grid.c.code).where(t.grid.c.layer_id == BASE_LAYER)
    grids = {row.code: row.id for row in await work.rows(of_base)}
    people = {"proposed_by_id": accounts[0], "applied_by_id": accounts[1], "undone_by_id": accounts[2], "proposed_at": NOW}
    texts = {"forced_reason": "forced", "trouble": "NOT_ALLOWED", "undone_reason": "a trial", "effective_at": NOW}
    for id, (code, state) in enumerate([(SUBDISTRICT, "DRAFT"), (COMMUNITY, "APPLIED"), (DISTRICT, "APPLIED")], start=1):
        row = {"id": id, "grid_id": grids[code], "name": f"Division {id}", "state": state, "changes": [{"kind": "RENAME"}]}
        await work.insert(t.division, [row | people | texts | {"applied_at": NOW, "undone_at": NOW, "before": {}, "version": id}])
    new, old = grids[GRIDS["rural"]], max(await _ids(work, t.grid)) + 1
    like = await work.first(sa.select(t.grid).where(t.grid.c.id == new))
    assert like is not None
    gone = dict(like._mapping) | {"id": old, "code": f"{COMMUNITY}998", "name": "Gone", "ended_at": NOW}
    await work.insert(t.grid, [gone | {"path": like.path.replace(f".{new}.", f".{old}.")}])
    lines = [{"division_id": 2, "from_grid_id": old, "to_grid_id": new}, {"division_id": 3, "from_grid_id": new, "to_grid_id": old}]
    await work.insert(t.grid_succession, lines)
    moved = await work.rows(sa.select(event.c.id, event.c.grid_id).where(event.c.id % 3 == 0))
    moves = [
        {"division_id": 2, "moved": "event", "row_id": row.id, "from_grid_id": old, "to_grid_id": row.grid_id} for row in moved
    ]
    await work.insert(t.division_move, moves)


async def _units(work: Work) -> None:
    """Events that are about a unit of their building."""
    event, unit = t.event, t.unit
    first = sa.select(sa.func.min(unit.c.id)).where(unit.c.building_id == event.c.building_id).scalar_subquery()
    await work.run(sa.update(event).where(event.c.building_id.is_not(None)).values(unit_id=first))


async def _accounts(work: Work) -> None:
    """A resident, what machines and telephones sign in with, and a grant of an emergency."""
    account, post = t.account, t.post
    ids = await _ids(work, account)
    grids = {row.code: row.id for row in await work.rows(sa.select(t.grid.c.id, t.grid.c.code).where(t.grid.c.layer_id == "base"))}
    staff = sa.or_(account.c.person_id == 1, account.c.login.in_(LOGINS.values()))
    await work.run(sa.update(account).where(staff).values(person_id=None))
    made = {"id": ids[-1] + 1, "login": "resident", "name": "Resident", "active": True, "created_at": NOW, "person_id": 1}
    officer = made | {"id": ids[-1] + 2, "login": "officer", "name": "Officer", "person_id": None}
    await work.insert(account, [made, officer])
    held = {
        "id": (await _ids(work, post))[-1] + 1,
        "account_id": officer["id"],
        "role_id": "community.data_officer",
        "grid_id": grids[DISTRICT],
        "office_id": None,
    }
    await work.insert(post, [held | {"starts_at": NOW - timedelta(days=9), "ends_at": None, "end_reason": None, "created_at": NOW}])
    key = {"name": "Key", "hash": "0" * 64, "scopes": [one.value for one in MAY], "expires_at": NOW + timedelta(days=9)}
    key |= {"created_at": NOW, "created_by_id": ids[0]}
    machine = await work.value(sa.select(account.c.id).where(account.c.login == LOGINS["machine"]))
    await work.insert(t.api_key, [key | {"account_id": id} for id in (machine, *ids[::5])])
    posts = await _ids(work, post)
    device = {"name": "Telephone", "hash": "0" * 64, "enrolled_at": NOW, "enrolled_by_id": ids[0]}
    await work.insert(t.device, [device | {"post_id": id} for id in posts[::5]])
    first = await work.value(sa.select(sa.func.min(t.device.c.id)))
    await work.insert(t.device, [device | {"post_id": posts[0], "revoked_at": NOW, "replaced_by_id": first}])
    breaking = await work.value(sa.select(account.c.id).where(account.c.login == LOGINS["break glass"]))
    opened = ("READ_PEOPLE", "READ_PRIVATE", "READ_NEEDS", "READ_PLACES", "READ_EVENTS")
    grant = {
        "account_id": breaking,
        "grid_id": grids[GRIDS["urban"]],
        "capabilities": list(opened),
        "reason": "Fire",
        "starts_at": NOW,
    }
    await work.insert(t.access_grant, [grant | {"ends_at": NOW + timedelta(hours=1), "reviewed": False, "created_at": NOW}])


async def _intake(work: Work) -> None:
    """Reporters of some events, named and unnamed, with an account and without; and what a machine is told by."""
    made = {"hash": "0" * 64, "joined": False, "counted": True, "language": "zh", "description": "Litter", "reported_at": NOW}
    resident = await work.value(sa.select(t.account.c.id).where(t.account.c.login == "resident"))
    reports = [
        {
            "number": f"{number:05}-AAAAA",
            "event_id": id,
            "unnamed": number % 3 == 0,
            "name": f"Zhou {number}",
            "phone_mask": "138****1",
        }
        | {"account_id": resident if number % 2 else None}
        for number, id in enumerate(await _ids(work, t.event))
    ]
    await work.insert(t.public_report, [made | one for one in reports])
    webhook = {"url": "https://example.org/hook", "secret": "walk:", "created_at": NOW}
    await work.insert(t.webhook, [webhook | {"account_id": id} for id in (await _ids(work, t.account))[::5]])


async def _casework(work: Work) -> None:
    """Events that were joined to others, among those that are walked from; changes of the calendars, and who sees them: whoever administers
    the whole ground, which has another district."""
    event, (first, *others) = t.event, await _ids(work, t.event)
    await work.run(sa.update(event).where(event.c.id.in_(others[::2])).values(joined_to_id=first))
    change = {
        "at": NOW,
        "account_id": None,
        "counted": 2,
        "moved": 1,
        "events": [{"event": first, "number": "1", "scope": "STAGE"}],
    }
    await work.insert(t.calendar_change, [change | {"calendar_id": id} for id in await _ids(work, t.calendar)])
    held = {
        "role_id": "community.district_administrator",
        "office_id": None,
        "starts_at": NOW - timedelta(days=9),
        "created_at": NOW,
    }
    account = await work.value(sa.select(t.account.c.id).where(t.account.c.login == LOGINS["district"]))
    grid = await work.value(sa.select(t.grid.c.id).where(t.grid.c.code == OTHER_DISTRICT))
    held["id"] = (await _ids(work, t.post))[-1] + 1
    await work.insert(t.post, [held | {"account_id": account, "grid_id": grid, "ends_at": None, "end_reason": None}])


async def _duties(work: Work) -> None:
    """What the deployment changed of duties, here and everywhere, and occasions that hold."""
    account = await work.value(sa.select(sa.func.min(t.account.c.id)))
    of_base = await work.rows(sa.select(t.grid.c.id).where(t.grid.c.layer_id == "base").order_by(t.grid.c.id))
    grids = [None, *(row.id for row in of_base[::3])]
    said = {"duty_id": "urban.daily_patrol", "version": 1, "current": True, "in_force": True, "reason": "Walk"}
    said |= {"frequencies": [{"kind": "TIMES", "amount": 2, "per": "WEEK"}], "who": ["community.grid_worker"], "at": NOW}
    changes = [said | {"grid_id": grid, "account_id": account} for grid in grids]
    await work.insert(t.duty_change, [*changes, changes[0] | {"version": 0, "current": False}])
    term = {"occasion_id": "community.wet_season", "starts_at": NOW, "ends_at": None, "reason": "Walk", "created_at": NOW}
    term |= {"set_by_id": account, "end_reason": "Over", "ended_by_id": account}
    await work.insert(t.occasion_term, [term | {"grid_id": grid} for grid in grids if grid is not None])


async def _substitutes(work: Work) -> None:
    """Somebody of no other part in the walk stands in for every holder of a post whose role the notice board shows."""
    account, post, role = t.account, t.post, t.role
    others = sa.select(account.c.id).where(account.c.active, sa.not_(account.c.machine), account.c.login.not_in(LOGINS.values()))
    stand_in = (await work.rows(others.order_by(account.c.id.desc()).limit(1)))[0].id
    shown = sa.select(post.c.id).join(role, role.c.id == post.c.role_id).where(role.c.shown_to_public).order_by(post.c.id)
    given = {"account_id": stand_in, "starts_at": NOW - timedelta(days=1), "ends_at": NOW + timedelta(days=9), "reason": "Leave"}
    rows = [given | {"post_id": row.id, "given_by_id": None, "created_at": NOW} for row in await work.rows(shown)]
    await work.insert(t.delegation, rows)


async def _staffing(work: Work) -> None:
    """A grid with teams, ties to grids, a course that a role requires and that somebody took, and posts that were handed over."""
    grids, accounts = await _ids(work, t.grid), await _ids(work, t.account)
    office, firm = (await _ids(work, t.office))[0], (await _ids(work, t.organization))[0]
    await work.run(sa.update(t.grid).where(t.grid.c.grid_type_id == "scenic").values(staffing_id="scenic.one_plus_six"))
    tied = {"kind": "UTILITY_FIRM", "contact": "Ma", "official_phone": "010-1", "starts_at": NOW - timedelta(days=1)}
    tied |= {"account_id": None, "office_id": None, "organization_id": None, "ends_at": None, "end_reason": None, "created_at": NOW}
    ties = [{"account_id": accounts[0], "kind": "SPONSOR_LEADER"}, {"office_id": office}, {"organization_id": firm}]
    await work.insert(t.grid_binding, [tied | tie | {"grid_id": id} for id in grids for tie in ties])
    await work.insert(t.course, [{"code": "aid", "name": "First aid", "months": 12, "active": True, "created_at": NOW}])
    course, role = (await _ids(work, t.course))[0], "community.grid_worker"
    await work.insert(t.course_role, [{"course_id": course, "role_id": role}])
    taken = {"course_id": course, "taken_on": NOW.date(), "holds_until": NOW.date(), "recorded_at": NOW}
    await work.insert(t.training, [taken | {"account_id": id} for id in accounts[::2]])
    await work.run(sa.update(t.post).values(source="VOLUNTEER", end_ground="OTHER", untrained_reason="Nobody else"))
    rows = await work.rows(sa.select(t.post.c.id, t.post.c.account_id, t.post.c.grid_id).order_by(t.post.c.id))
    told = {"at": NOW, "done_at": NOW, "acknowledged_at": NOW, "created_at": NOW, "made_by_id": accounts[0], "reason": "Moved"}
    told |= {"handed": {"TASK": [1]}, "open_points": "Points", "remark": "Thanks", "trouble": None}
    overs = [
        {"grid_id": old.grid_id, "from_post_id": old.id, "to_post_id": new.id, "from_account_id": old.account_id}
        | {"to_account_id": new.account_id}
        for old, new in pairwise(rows)
    ]
    await work.insert(t.hand_over, [told | one for one in overs])


async def viewers(work: Work) -> Mapping[str, Viewer]:
    """Somebody of each kind."""
    found: dict[str, Any] = {"anonymous": anonymous("en")}
    for kind, login in LOGINS.items():
        found[kind] = await load_viewer(work, work.rules.registry, login, "en")
        assert found[kind] is not None, login
    key = await work.value(sa.select(sa.func.min(t.api_key.c.id)).where(t.api_key.c.account_id == found["machine"].account_id))
    found["machine"] = dataclasses.replace(narrowed(found["machine"], MAY), key_id=key)
    device = await work.value(sa.select(sa.func.min(t.device.c.id)).where(t.device.c.post_id.in_(found["grid worker"].post_ids)))
    found["grid worker"] = dataclasses.replace(found["grid worker"], device_id=device)
    assert found["resident"].ward_ids
    assert found["break glass"].grants
    return found
