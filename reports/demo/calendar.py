"""When localities and agencies meet: every locality by a monthly pattern of its own, agencies around their work."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from assignments.models import Tier
from reports.demo.attendance_profiles import NEW_YEAR

DAY = timedelta(days=1)
KINDS = {Tier.COMMUNE: "commune_committee", Tier.HAMLET: "cell", Tier.SELF_GOVERNING_GROUP: "self_governing_group"}
EVENING = ["18:30", "18:30", "19:00", "19:00", "19:00", "19:30", "20:00"]
COMMITTEE_DAYS = [4, 5, 6, 10, 11, 12, 18, 20, 22, 25, 27]


@dataclass(frozen=True)
class Pattern:
    """The day of the month and the time at which a locality meets; a month too short has its last day."""

    day: int
    at: str
    # A pattern that the demo tells a story with is kept to the day.
    kept: bool = False

    def in_month(self, month):
        return date(month.year, month.number, min(self.day, month.last_day.day))


@dataclass(eq=False)
class Slot:
    """A meeting before anything is known of how it went."""

    kind: str
    unit: object
    agency: object
    starts_at: datetime
    ends_at: datetime | None
    called_off: str = ""
    convened_by: str = ""
    extraordinary: bool = False

    @property
    def day(self):
        return self.starts_at.date()

    def overlaps(self, other):
        """Whether two meetings share a moment; touching is not overlapping."""
        return bool(
            self.ends_at and other.ends_at and self.starts_at < other.ends_at and other.starts_at < self.ends_at
        )


def at(day, clock):
    return datetime.combine(day, time.fromisoformat(clock))


def is_new_year(day):
    """Whether a day lies in the days around the lunar New Year."""
    if day.year not in NEW_YEAR:
        return False
    new_year = date(day.year, *NEW_YEAR[day.year])
    return new_year - 4 * DAY <= day <= new_year + 5 * DAY


def patterns(plan, tree):
    """Return every meeting locality's pattern, by code."""
    found = {}
    for commune in tree.communes:
        rng = plan.random("patterns", commune.code)
        # A group's head should be able to come to all of the communes: no two on the same day by pattern.
        day = COMMITTEE_DAYS[tree.communes.index(commune) % len(COMMITTEE_DAYS)]
        found[commune.code] = Pattern(day, rng.choice(["07:30", "07:30", "14:00", "14:00", "18:30"]))
        common = rng.choice([9, 9, 15, None, None])
        for hamlet in tree.below(commune):
            found[hamlet.code] = cell_pattern(rng, common)
    for unit in tree.of_tier(Tier.HAMLET):
        rng = plan.random("patterns", unit.code)
        others = [day for day in range(2, 29) if day not in (9, 15)]
        rng.shuffle(others)
        groups = tree.below(unit, plan.today)
        days = [9, 15, *([9, 15] if rng.random() < 0.5 else []), *others, *others][: len(groups)]
        # Groups of one hamlet that share a day do not share the hour: often one cadre goes to both.
        hours = {day: ["18:00", "20:00"] for day in days if days.count(day) > 1}
        rng.shuffle(days)
        for group, day in zip(groups, days, strict=True):
            found[group.code] = Pattern(day, hours[day].pop() if day in hours else rng.choice(EVENING))
    return found | demo_patterns(plan, tree)


def cell_pattern(rng, common):
    day = common or rng.choice([9, 9, 15, 15, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 16, 18, 20, 22, 25, 28])
    clock = rng.choice(EVENING) if rng.random() < 0.75 else rng.choice(["07:30", "14:00"])
    return Pattern(day, clock)


def demo_patterns(plan, tree):
    """Tonight the hamlet of the demo meets; yesterday one of the groups did, the day after tomorrow another will."""
    groups = tree.below(tree.demo_hamlet, plan.today)
    return {
        tree.demo_hamlet.code: Pattern(plan.today.day, "19:00", kept=True),
        groups[0].code: Pattern((plan.today - DAY).day, "19:00", kept=True),
        groups[1].code: Pattern((plan.today + 2 * DAY).day, "19:00", kept=True),
    }


def locality_slots(plan, tree):
    """Return the meetings of all localities, from the first day of the records to the last planned one."""
    by_code = patterns(plan, tree)
    slots = []
    for unit in tree.units:
        if unit.tier not in KINDS:
            continue
        rng = plan.random("calendar", unit.code)
        for month in plan.months:
            slot = monthly(plan, rng, unit, by_code[unit.code], month)
            if slot:
                slots.append(slot)
            if unit.tier == Tier.HAMLET and month.number in (6, 12):
                slot = residence(plan, rng, unit, month)
                if slot:
                    slots.append(slot)
    return slots


def monthly(plan, rng, unit, pattern, month):
    """Return a locality's meeting of one month, or None when it has none."""
    planned = day = pattern.in_month(month)
    # Drawn in any case, so that one meeting more or less does not change all that follow.
    moves, shift, length, clock = rng.random(), rng.choice([-2, -1, 1, 2, 3]), rng.random(), rng.random()
    called_off = ""
    if not pattern.kept:
        if is_new_year(day):
            day += 9 * DAY
            called_off = "cancelled" if moves < 0.35 else ""
        elif moves < 0.05 and day.month == (day + shift * DAY).month and month.last_day < plan.today:
            day += shift * DAY
    if not plan.first_day <= day <= plan.planned_until or not unit.on(day) or not unit.on(planned):
        return None
    starts_at = at(day, pattern.at)
    minutes = 60 if length < 0.2 else 120 if length > 0.85 else 90
    ends_at = None if clock < 0.03 and not pattern.kept else starts_at + timedelta(minutes=minutes)
    return Slot(KINDS[unit.tier], unit, None, starts_at, ends_at, called_off)


def residence(plan, rng, unit, month):
    """Return the half-yearly meeting with party members who live there and work elsewhere, or None."""
    day = date(month.year, month.number, rng.randint(17, 28))
    if not plan.first_day <= day <= plan.planned_until or not unit.on(day):
        return None
    starts_at = at(day, "19:00")
    return Slot("residence", unit, None, starts_at, starts_at + timedelta(minutes=90))


# --- Agencies -------------------------------------------------------------------------------------------


def agency_slots(plan, people, duties, slots):
    """Return the meetings and trainings of the agencies; some on days they should keep free."""
    found = []
    for agency in people.agencies:
        rng = plan.random("agency calendar", agency.code)
        for month in plan.months:
            for _ in range(2 if rng.random() < 0.75 else 3):
                found.append(agency_slot(rng, agency, month))
    found += clashing(plan, people, duties, slots)
    return [slot for slot in found if plan.first_day <= slot.day <= plan.planned_until]


def agency_slot(rng, agency, month):
    """Return one meeting or training on a working day."""
    days = [d for d in range(1, month.last_day.day + 1) if date(month.year, month.number, d).weekday() < 5]
    # The rule of the 9th and 15th is known, and broken now and then.
    number = rng.choice([d for d in days if d not in (9, 15)] if rng.random() < 0.97 else days)
    day = date(month.year, month.number, number)
    training = rng.random() < 0.2
    convened_by, extraordinary = "", False
    chance = rng.random()
    if chance < 0.3:
        convened_by = "district"
    elif chance < 0.38:
        convened_by, extraordinary = "province", rng.random() < 0.4
    elif chance < 0.4:
        convened_by = "central"
    first, last = rng.choice([("07:30", "10:30"), ("07:30", "11:00"), ("08:00", "10:00"), ("14:00", "16:30")])
    if training:
        first, last = rng.choice([("07:30", "17:00"), ("07:30", "11:00"), ("13:30", "17:00")])
    called_off = "cancelled" if rng.random() < 0.03 else ""
    kind = "training" if training else "agency"
    return Slot(kind, None, agency, at(day, first), at(day, last), called_off, convened_by, extraordinary)


def clashing(plan, people, duties, slots):
    """Return agency meetings laid over a meeting at which own staff is expected: three a month, one ahead."""
    rng = plan.random("clashes")
    by_month = defaultdict(list)
    for slot in slots:
        if slot.kind in ("cell", "commune_committee") and slot.ends_at and not slot.called_off:
            by_month[slot.day.year, slot.day.month].append(slot)
    found = []
    for month in sorted(by_month):
        for slot in rng.sample(by_month[month], min(len(by_month[month]), plan.scaled(3))):
            if slot.day != plan.today:
                found += over(rng, duties, slot, besides=found)
    ahead = [
        slot
        for months in by_month.values()
        for slot in months
        if plan.today + DAY < slot.day and any(p.agency is people.demo_agency for p in expected(duties, slot))
    ]
    for slot in sorted(ahead, key=lambda slot: (slot.starts_at, slot.unit.code))[1:2]:
        found += over(rng, duties, slot, people.demo_agency, besides=found)
    return found


def over(rng, duties, slot, agency=None, besides=()):
    """Return a meeting of the agency of somebody expected, at about the same time, unless it meets that day."""
    staff = [person for person in expected(duties, slot) if not agency or person.agency is agency]
    if not staff or any(other.agency is staff[0].agency and other.day == slot.day for other in besides):
        return []
    starts_at = slot.starts_at - timedelta(minutes=rng.choice([30, 60]))
    ends_at = starts_at + timedelta(minutes=rng.choice([120, 150, 180]))
    kind = rng.choice(["agency", "agency", "training"])
    extraordinary = agency is None and rng.random() < 0.15
    convened_by = "province" if extraordinary else rng.choice(["", "district"])
    return [Slot(kind, None, staff[0].agency, starts_at, ends_at, "", convened_by, extraordinary)]


def expected(duties, slot):
    """Who the rules expect at a meeting (contract: by kind, by who is in charge that day); nobody twice."""
    if slot.kind not in KINDS.values():
        return []
    found = duties.at(slot.unit, "in_charge", slot.day)
    if slot.kind == "commune_committee":
        for hamlet in duties.tree.below(slot.unit, slot.day):
            found += duties.at(hamlet, "in_charge", slot.day)
        group = slot.unit.above(Tier.REGIONAL_GROUP, slot.day)
        if group:
            found += duties.at(group, "head", slot.day)
    return list(dict.fromkeys(found))
