"""Duties: what visiting and patrolling duties ask for and what of it was done, counted from exported rows as docs/duties.md says it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from wangge_core.plugin.definitions import DutyDefinition, FrequencyDefinition, TargetDefinition
from wangge_core.plugin.registry import Registry
from year.exporting import Row

VISITING, PATROLLING = ("VISIT",), ("PATROL", "JOINT_PATROL", "VIDEO_PATROL")
FULFILLING = ("MET", "BY_PHONE", "DECLINED", "DONE")
STAYS = timedelta(days=30)
"""What is asked for once stays for so long after its time (What is due, **Overdue**)."""
MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
ONCE = "PROMPTLY"
WAYS = ("TIMES", "MINUTES", "DIFFERENT", "EVERY_HOURS", ONCE, "AS_IT_COMES")
"""How often things are asked for, as far as that is counted here."""
Entry = tuple[datetime, int, int | None]
"""When something was done, for how many minutes or times it counts, and in whose household."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom or where: its grid, what was done to it, and since when something is asked for that is asked for once."""

    grid_id: int
    done: Sequence[Entry]
    since: datetime | None = None


class Duties:
    """Targets and how many of them are done, of any grids at any moment."""

    def __init__(self, registry: Registry, tables: Mapping[str, Sequence[Row]], zone: ZoneInfo) -> None:
        self.registry, self.tables, self.zone = registry, tables, zone
        base = {row["id"] for row in tables["grid_layer"] if row["base"]}
        self.grids = {row["id"]: row for row in tables["grid"] if row["layer_id"] in base and row["ended_at"] is None}
        self.duties = [one for one in registry.duties.values() if one.does.value in VISITING + PATROLLING]
        unknown = [one.id for one in self.duties if not {way.kind for way in one.frequencies} <= set(WAYS)]
        unknown += [one.id for one in self.duties if not {of.sort for of in one.targets} <= SORTS.keys()]
        if unknown or tables["duty_change"]:
            raise SystemExit(f"Not counted here: duties that the deployment changed, and {', '.join(unknown) or 'no others'}.")
        self.household_of = {row["id"]: row["household_id"] for row in tables["person"]}
        self.visits = _index(self._fulfilling(), "household_id", "person_id", "event_id", "grid_id")
        self.patrols = [row for row in tables["patrol"] if row["counted"] and row["ended_at"]]
        self.needs = _index(tables["need"], "person_id")
        self.members = _members(tables["person"])
        self.found: dict[datetime, dict[tuple[str, int], tuple[int, int]]] = {}

    def count(self, inside: set[int], moment: datetime, does: Sequence[str]) -> tuple[int, int]:
        """Targets and done of all duties of such work, in these grids at a moment."""
        own = {one.id for one in self.duties if one.does.value in does}
        found = [figures for (duty, grid), figures in self._at(moment).items() if duty in own and grid in inside]
        return sum(targets for targets, _ in found), sum(done for _, done in found)

    def _at(self, moment: datetime) -> dict[tuple[str, int], tuple[int, int]]:
        """By duty and grid."""
        if moment not in self.found:
            found = self.found[moment] = defaultdict[tuple[str, int], tuple[int, int]](lambda: (0, 0))
            for duty in self.duties:
                for grid_id, done in self._asked(duty, moment):
                    targets, before = found[duty.id, grid_id]
                    found[duty.id, grid_id] = targets + 1, before + done
        return self.found[moment]

    def _asked(self, duty: DutyDefinition, moment: datetime) -> Iterator[tuple[int, bool]]:
        """Each of its targets now: its grid, and whether it is done."""
        for of in duty.targets:
            for target in SORTS[of.sort](self, duty, of, moment):
                if self._holds(duty, target.grid_id):
                    for frequency in self._frequencies(duty, of, target.grid_id, moment):
                        for since in self._since(frequency, target, moment):
                            yield target.grid_id, _is_done(frequency, target.done, since, moment)

    def _holds(self, duty: DutyDefinition, grid_id: int) -> bool:
        """On the ground of the plugin's own grid types (What a duty is)."""
        return grid_id in self.grids and (duty.grid_types is None or self.grids[grid_id]["grid_type_id"] in duty.grid_types)

    def _frequencies(
        self, duty: DutyDefinition, of: TargetDefinition, grid_id: int, moment: datetime
    ) -> Iterator[FrequencyDefinition]:
        """Of the calendar one: with an occasion in place of the one without, while that holds; those that ask once besides."""
        regular = [one for one in duty.frequencies if one.kind not in (ONCE, "AS_IT_COMES")]
        holding = [one for one in regular if not one.occasion or self._holds_now(one.occasion, grid_id, moment)]
        if of.sort != "EVENT":
            yield from holding[-1:]
        for one in duty.frequencies:
            if one.kind == ONCE and (of.sort in ("EVENT", "PERSON") or one.occasion):
                yield one

    def _terms(self, occasion: str, grid_id: int) -> list[Row]:
        """When it held or holds over a grid or what lies above."""
        path = self.grids[grid_id]["path"]
        over = {id for id, row in self.grids.items() if path.startswith(row["path"])}
        return [row for row in self.tables["occasion_term"] if row["occasion_id"] == occasion and row["grid_id"] in over]

    def _holds_now(self, occasion: str, grid_id: int, moment: datetime) -> bool:
        terms = [row for row in self._terms(occasion, grid_id) if row["starts_at"] <= moment]
        return any(row["ends_at"] is None or row["ends_at"] > moment for row in terms)

    def _since(self, frequency: FrequencyDefinition, target: Target, moment: datetime) -> list[datetime]:
        """From when on what is done counts, of each beginning of an occasion by itself; nothing where nothing is asked for now."""
        if frequency.kind == ONCE:
            began = (
                [row["starts_at"] for row in self._terms(frequency.occasion, target.grid_id)]
                if frequency.occasion
                else [target.since]
            )
            stays = timedelta(seconds=frequency.amount) + STAYS
            return [since for since in began if since is not None and since <= moment < since + stays]
        start = self._start(frequency, moment)
        return [] if start is None else [start]

    def _start(self, frequency: FrequencyDefinition, moment: datetime) -> datetime | None:
        """Of the period of the calendar that a moment lies in; None on a day that is not worked."""
        day, per = moment.astimezone(self.zone).date(), frequency.per.value if frequency.per else ""
        if frequency.kind == "EVERY_HOURS":
            hour = moment.astimezone(self.zone).hour // frequency.amount * frequency.amount
            return datetime.combine(day, time(hour), self.zone)
        if per == "WORKING_DAY" and not self._is_worked(day):
            return None
        if per == "WEEK":
            day -= timedelta(days=day.weekday())
        elif months := MONTHS.get(per):
            day = day.replace(month=(day.month - 1) // months * months + 1, day=1)
        return datetime.combine(day, time.min, self.zone)

    def _is_worked(self, day: date) -> bool:
        """By the calendar `default`: its days, else the hours of the season or of the week; never in a year that it does not cover."""
        (default,) = (row for row in self.tables["calendar"] if row["name"] == "default")
        own = {row["day"]: row["worked"] for row in self.tables["calendar_day"] if row["calendar_id"] == default["id"]}
        seasons = [
            row
            for row in self.tables["calendar"]
            if row["follows_id"] == default["id"] and row["starts_on"] and row["starts_on"] <= day.isoformat() <= row["ends_on"]
        ]
        hours = (seasons[0] if seasons else default)["hours"]
        return day.year in default["years"] and own.get(day.isoformat(), bool(hours[day.weekday()]))

    def _fulfilling(self) -> Iterator[Row]:
        """Entries that count, with an outcome that fulfils (**An entry fulfils**)."""
        rows = (row for row in self.tables["visit"] if row["counted"] and row["what"] in VISITING)
        return (row for row in rows if row["outcome"] in FULFILLING)

    def _visits(self, column: str, id: int | None, duty: DutyDefinition | None = None) -> list[Entry]:
        """Of whatever duty; of one where only those count that name it, or none (**An entry fulfils**)."""
        rows = [row for row in self.visits.get((column, id), []) if duty is None or row["duty_id"] in (None, duty.id)]
        return [(row["started_at"], 1, row["household_id"] or self.household_of.get(row["person_id"])) for row in rows]

    # Targets by their sort

    def households(self, duty: DutyDefinition, of: TargetDefinition, moment: datetime) -> Iterator[Target]:
        """Households that are lived in: all, those with or without such needs, or those in which somebody lives for a time; a visit to a
        member is one to the household (**Households**)."""
        ever = {row["household_id"] for row in self.tables["household_member"]}
        for row in self.tables["household"]:
            members = self.members.get(row["id"], [])
            if not members and row["id"] in ever:
                continue
            needs = {need for one in members for need in self._needs(one["id"], moment)}
            needs = {need for need in needs if not self.registry.need_kinds[need].sensitive}
            if of.with_temporary and not any(one["residence"] == "TEMPORARY" for one in members):
                continue
            if (of.without_need and needs) or (of.kinds and needs.isdisjoint(of.kinds)):
                continue
            of_members = [entry for one in members for entry in self._visits("person_id", one["id"])]
            yield Target(row["grid_id"], self._visits("household_id", row["id"]) + of_members)

    def persons(self, duty: DutyDefinition, of: TargetDefinition, moment: datetime) -> Iterator[Target]:
        """Residents with such a need now; a visit to a household is one to its members."""
        for row in self.tables["person"]:
            needs = self._needs(row["id"], moment)
            own = [since for kind, since in needs.items() if kind in of.kinds]
            if row["removed_at"] or not own or (of.also and needs.keys().isdisjoint(of.also)) or needs.keys() & set(of.not_also):
                continue
            visits = self._visits("person_id", row["id"])
            if row["household_id"] is not None:
                visits += self._visits("household_id", row["household_id"])
            yield Target(row["grid_id"], visits, min(own))

    def _needs(self, person: int, moment: datetime) -> dict[str, datetime]:
        """Kinds of what is registered and has not ended by a moment, with when it was first set."""
        rows = [row for row in self.needs.get(("person_id", person), []) if row["ends_at"] > moment]
        return {row["kind_id"]: row["created_at"] for row in sorted(rows, key=lambda one: one["created_at"], reverse=True)}

    def events(self, duty: DutyDefinition, of: TargetDefinition, moment: datetime) -> Iterator[Target]:
        """Events of such kinds, or urgent ones of any; those hidden from the grid ask nobody for anything (What is due)."""
        hidden = {row["id"] for row in self.tables["event_kind"] if row["hidden_from_grid"]}
        for row in self.tables["event"]:
            if row["kind_id"] in hidden or (of.kinds and row["kind_id"] not in of.kinds):
                continue
            if of.urgent and row["priority"] != "URGENT":
                continue
            yield Target(row["grid_id"], self._visits("event_id", row["id"], duty), row["reported_at"])

    def places(self, duty: DutyDefinition, of: TargetDefinition, moment: datetime) -> Iterator[Target]:
        """Places of such kinds, with the patrols along them."""
        for row in self.tables["place"]:
            if not of.kinds or row["kind_id"] in of.kinds:
                yield Target(row["grid_id"], self._patrols(duty, "route_id", row["id"]))

    def grounds(self, duty: DutyDefinition, of: TargetDefinition, moment: datetime) -> Iterator[Target]:
        """The grid itself: its patrols, or of a quota the visits that were made in it."""
        for id, row in self.grids.items():
            if row["level"] == of.level.value:
                yield Target(id, self._visits("grid_id", id) if duty.does.value in VISITING else self._patrols(duty, "grid_id", id))

    def _patrols(self, duty: DutyDefinition, column: str, id: int) -> list[Entry]:
        """Patrols that count, for the duty that they name, or for each that does the same (**An entry fulfils**)."""
        rows = [row for row in self.patrols if row[column] == id and row["what"] == duty.does.value]
        rows = [row for row in rows if row["duty_id"] in (None, duty.id)]
        minutes = any(one.kind == "MINUTES" for one in duty.frequencies)
        return [(row["started_at"], row["minutes_counted"] if minutes else 1, None) for row in rows]


SORTS: Mapping[str, Callable[[Duties, DutyDefinition, TargetDefinition, datetime], Iterator[Target]]] = {
    "HOUSEHOLD": Duties.households,
    "PERSON": Duties.persons,
    "EVENT": Duties.events,
    "PLACE": Duties.places,
    "GRID": Duties.grounds,
}


def _is_done(frequency: FrequencyDefinition, done: Sequence[Entry], since: datetime, moment: datetime) -> bool:
    """Whether as much was done in the period, by now, as is asked for."""
    own = [entry for entry in done if since <= entry[0] <= moment]
    if frequency.kind == "DIFFERENT":
        return len({household for _, _, household in own if household is not None}) >= frequency.amount
    needed = 1 if frequency.kind in (ONCE, "EVERY_HOURS") else frequency.amount
    return sum(amount for _, amount, _ in own) >= needed


def _members(persons: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in persons:
        if row["household_id"] is not None and not row["removed_at"]:
            found.setdefault(row["household_id"], []).append(row)
    return found


def _index(rows: Sequence[Row] | Iterator[Row], *columns: str) -> dict[tuple[str, int | None], list[Row]]:
    found: dict[tuple[str, int | None], list[Row]] = {}
    for row in rows:
        for column in columns:
            if row[column] is not None:
                found.setdefault((column, row[column]), []).append(row)
    return found
