"""Who answers for what, since when, by which decision; who was replaced, and what has nobody."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from assignments.models import Tier
from reports.demo.localities import Unit, text
from reports.demo.plan import some_day

DAY = timedelta(days=1)
REASONS = ["retired", "transferred", "transferred", "workload", "own_request", "term_ended"]


@dataclass(eq=False)
class Duty:
    """One assignment."""

    person: object
    unit: Unit
    role: str
    first_day: date
    last_day: date | None
    decision: tuple
    end_reason: str = ""

    def holds_on(self, day):
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class Duties:
    """All assignments of one district."""

    def __init__(self, plan, tree, people):
        self.plan, self.tree, self.people = plan, tree, people
        self.all = []
        self._at = defaultdict(list)
        self._numbers = defaultdict(int)
        self._of_term = {}
        self._regional_groups()
        self._communes()
        self._hamlets()
        self._groups()

    def at(self, unit, role, day):
        return [duty.person for duty in self._at[unit.code, role] if duty.holds_on(day)]

    def of_tiers(self, tiers, role="in_charge"):
        return [duty for duty in self.all if duty.role == role and duty.unit.tier in tiers]

    # --- Decisions ------------------------------------------------------------------------------------------

    def _decision(self, issuer, day):
        """Return the number and day of a new decision; numbers start again every year."""
        on = day - timedelta(days=self._numbers[issuer, day.year] % 9 + 2)
        self._numbers[issuer, day.year] += 1
        number = self._numbers[issuer, day.year] * 3 + 11
        return f"{number}-QĐ/{'HU' if issuer == 'HU' else 'ĐU'}", on

    def _decision_of_term(self, issuer):
        """One decision sends everybody of an issuer at the start of the term."""
        if issuer not in self._of_term:
            self._of_term[issuer] = self._decision(issuer, self.plan.term_first_day)
        return self._of_term[issuer]

    def _add(self, person, unit, role, first_day, last_day=None, issuer="HU", reason=""):
        first_day = max(first_day, unit.first_day or first_day)
        if first_day == self.plan.term_first_day:
            decision = self._decision_of_term(issuer)
        else:
            decision = self._decision(issuer, first_day)
        duty = Duty(person, unit, role, first_day, last_day, decision, reason if last_day else "")
        self.all.append(duty)
        self._at[unit.code, role].append(duty)
        return duty

    # --- The four rungs -------------------------------------------------------------------------------------

    def _regional_groups(self):
        rng = self.plan.random("assignments", "regional groups")
        leaders = [p for p in self.people.with_role("standing_committee") if p.position != "Bí thư Huyện ủy"]
        office = [p for p in self.people.of(self.people.agencies[1]) if not p.committee_role]
        office += [p for p in self.people.of(self.people.agencies[0]) if not p.committee_role]
        self.heads = rng.sample(leaders, min(len(leaders), len(self.tree.groups) + 1))
        # One head has retired in the meantime.
        retired_on = some_day(rng, self.plan.first_day, self.plan.today - 20 * DAY)
        for number, (group, head) in enumerate(zip(self.tree.groups, self.heads, strict=False)):
            leaves = number == len(self.tree.groups) - 1
            self._add(head, group, "head", self.plan.term_first_day, retired_on if leaves else None, reason="retired")
            if leaves:
                self._add(self.heads[-1], group, "head", retired_on + DAY)
        since = self.plan.term_first_day + timedelta(days=240)
        for number, group in enumerate(self.tree.groups):
            for person in office[number : number + (2 if number == 1 else 1)]:
                self._add(person, group, "support", since)
        self.supporters = office[: len(self.tree.groups) + 1]

    def _communes(self):
        rng = self.plan.random("assignments", "communes")
        members = self.people.with_role("district_committee")
        head_of_demo_agency = self.people.of(self.people.demo_agency)[0]
        # The head of the agency in the demo holds nothing, so that this account shows an agency head's view alone.
        members = [person for person in members if person is not head_of_demo_agency]
        rng.shuffle(members)
        self.in_charge_of_communes = members
        replaced = rng.sample(range(len(self.tree.communes)), self.plan.scaled(3))
        spare = members[len(self.tree.communes) :] or members
        for number, commune in enumerate(self.tree.communes):
            person = members[number % len(members)]
            if number in replaced and commune is not self.tree.demo_commune:
                day = some_day(rng, self.plan.first_day, self.plan.today - 10 * DAY)
                successor = spare[number % len(spare)]
                self._add(person, commune, "in_charge", self.plan.term_first_day, day, reason=rng.choice(REASONS))
                if successor is not person:
                    self._add(successor, commune, "in_charge", day + DAY)
            else:
                self._add(person, commune, "in_charge", self.plan.term_first_day)

    def _hamlets(self):
        plan, tree = self.plan, self.tree
        rng = plan.random("assignments", "hamlets")
        hamlets = tree.of_tier(Tier.HAMLET)
        pool = self._officials(rng)
        # A head of department is also in charge of a hamlet, beside a commune.
        pool[5:5] = self.in_charge_of_communes[3:5]
        ordinary = [u for u in hamlets if u not in (*tree.merged, tree.merged_into, tree.demo_hamlet)]
        chosen = rng.sample(ordinary, min(len(ordinary), sum(map(plan.scaled, (3, 4, 9, 6)))))
        nobody, ending, replaced, moved_early = split(chosen, *map(plan.scaled, (3, 4, 9, 6)))

        deck = Deck(rng, pool)
        for hamlet in hamlets:
            since = plan.term_first_day
            if rng.random() < 0.25:
                since = some_day(rng, plan.term_first_day + 60 * DAY, plan.first_day)
            person = self.demo_official if hamlet is tree.demo_hamlet else deck.next()
            if hamlet in tree.merged:
                self._add(person, hamlet, "in_charge", since, hamlet.last_day, reason="locality_merged")
            elif hamlet is tree.merged_into:
                successor = self._at[tree.merged[0].code, "in_charge"][-1].person
                self._add(successor, hamlet, "in_charge", hamlet.first_day)
            elif hamlet in nobody:
                last = some_day(rng, plan.today - 120 * DAY, plan.today - 15 * DAY)
                self._add(person, hamlet, "in_charge", since, last, reason=rng.choice(REASONS))
            elif hamlet in ending:
                last = some_day(rng, plan.today + 4 * DAY, plan.today + 28 * DAY)
                self._add(person, hamlet, "in_charge", since, last, reason=rng.choice(["retired", "term_ended"]))
            elif hamlet in replaced:
                self._replace(rng, hamlet, since, [person, deck.next()])
            elif hamlet in moved_early:
                self._replace(rng, hamlet, since, [person, deck.next(), deck.next()])
            else:
                self._add(person, hamlet, "in_charge", since)

    def _officials(self, rng):
        """Those of the district's offices who may be sent to a hamlet, in the order in which they are."""
        staff = [
            person
            for agency in self.people.agencies
            for person in self.people.of(agency)
            if not person.committee_role and person not in self.supporters
        ]
        rng.shuffle(staff)
        self.demo_official = next(p for p in staff if p.agency is self.people.demo_agency and p.diligence > -0.1)
        self.demo_official.diligence = 0.05
        staff.remove(self.demo_official)
        # Fewer officials than hamlets: a dozen hold two.
        return staff[: max(6, self.plan.scaled(104))]

    def _replace(self, rng, unit, since, persons, issuer="HU"):
        """Let several people follow each other, some a few weeks late, some after less than a year."""
        plan = self.plan
        window = (plan.today - 20 * DAY - plan.first_day) // len(persons)
        first_day = since
        for number, person in enumerate(persons[:-1]):
            start = plan.first_day + number * window
            last = some_day(rng, start, start + window - 35 * DAY)
            last = max(last, first_day)
            self._add(person, unit, "in_charge", first_day, last, issuer, rng.choice(REASONS))
            first_day = last + DAY * (1 if rng.random() < 0.6 else rng.randint(8, 30))
        self._add(persons[-1], unit, "in_charge", first_day, issuer=issuer)

    def _groups(self):
        """Commune cadres and party members hold three to five groups each, side by side where possible."""
        plan, tree = self.plan, self.tree
        self.demo_holder = None
        for committee in self.people.committees:
            rng = plan.random("assignments", "groups", committee.code)
            commune = committee.unit
            *holders, officer = self.people.of(committee)
            units = [
                group
                for hamlet in sorted(tree.below(commune, plan.today), key=lambda unit: unit.code)
                for group in tree.below(hamlet, plan.today)
            ]
            is_demo = commune is tree.demo_commune
            # A few of every commune have nobody: some never had, some lost theirs lately.
            ordinary = units[4:] if is_demo else units
            ending, left = split(
                rng.sample(ordinary, 4), int(is_demo or rng.random() < 0.5), rng.choice([1, 2, 2, 3])
            )
            rng.shuffle(holders)
            for number, unit in enumerate(units):
                holder = holders[number * len(holders) // len(units)]
                if is_demo and number < 4:
                    holder = self.demo_holder = self.demo_holder or holder
                since = plan.term_first_day
                if rng.random() < 0.3:
                    since = some_day(rng, since, plan.first_day)
                if unit in left[::2]:
                    continue
                if unit in left:
                    last = some_day(rng, plan.today - 200 * DAY, plan.today - 5 * DAY)
                    self._add(holder, unit, "in_charge", min(since, last), last, committee.code, rng.choice(REASONS))
                elif unit in ending:
                    last = some_day(rng, plan.today + 3 * DAY, plan.today + 28 * DAY)
                    self._add(holder, unit, "in_charge", since, last, committee.code, "retired")
                elif not (is_demo and number < 4) and rng.random() < 0.06:
                    other = holders[holders.index(holder) - 1]
                    self._replace(rng, unit, since, [holder, other], committee.code)
                else:
                    self._add(holder, unit, "in_charge", since, issuer=committee.code)
            if is_demo:
                self.demo_officer = officer


class Deck:
    """Deals people out one by one, from the start again when all have had their turn."""

    def __init__(self, rng, people):
        self._people, self._rng, self._left = people, rng, list(people)

    def next(self):
        if not self._left:
            self._left = list(self._people)
            self._rng.shuffle(self._left)
        return self._left.pop(0)


def split(items, *sizes):
    """Cut a list into parts of these sizes."""
    parts, start = [], 0
    for size in sizes:
        parts.append(items[start : start + size])
        start += size
    return parts


def rows(duties):
    """The rows of ``assignments.csv``, by decision."""
    return [
        {
            "cadre_code": duty.person.code,
            "locality_code": duty.unit.code,
            "role": duty.role,
            "first_day": text(duty.first_day),
            "last_day": text(duty.last_day),
            "decision_number": duty.decision[0],
            "decision_on": text(duty.decision[1]),
            "end_reason": duty.end_reason,
        }
        for duty in duties.all
    ]
