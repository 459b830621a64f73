"""Decisions as pages read them: what their lines change, the objections, and which places stay uncovered.

A line becomes a ``Change`` only when it is read: a draft may be weeks old, and is judged by what holds now. The same
rows make the page, the summary before a decision takes effect, and its annex.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import groupby

from assignments.changes import Change, leaving, objections
from assignments.coverage.queries import COVERED_TIERS, Covered, in_force_on, meets
from assignments.decisions.replacements import BEGINS, GOES_ON, LEAVES, REPLACES, held_before, kind_of_line
from assignments.models import Assignment, Decision, DecisionLine, Place, Tier
from assignments.models.posting import all_postings, posting_on
from assignments.queries import Rules, in_order_of_tier, read_rules
from cadrenet.editing import state_of
from cadrenet.periods import ONE_DAY, today


@dataclass
class DecisionRow:
    """A line of a decision as pages show it: where, who, instead of whom, and what speaks against it."""

    number: int
    line: DecisionLine
    place: Place | None
    kind: str
    change: Change
    # Who holds the role up to the day before without being replaced: that assignment ends by itself.
    before: list = field(default_factory=list)
    objections: list = field(default_factory=list)

    @property
    def is_unanswered(self):
        """Whether something speaks against it and nobody has said why all the same."""
        return bool(self.objections) and not self.line.why

    @property
    def name(self):
        """The name of the place on the first day."""
        return self.place.name if self.place else self.line.locality.code

    @property
    def leaves(self):
        """Whoever no longer holds the place because of this line, None where nobody leaves."""
        return self.line.replaces if self.kind in (REPLACES, LEAVES) else None


def decision_rows(decision):
    """Return a ``DecisionRow`` for each line, the highest tier first and the lines of a commune together.

    Three queries.
    """
    lines = list(
        decision.lines.select_related(
            "locality", "cadre", "replaces__cadre", "replaces__locality", "assignment", "withdrew"
        )
        .prefetch_related(posting_on(decision.first_day, "cadre"), all_postings("cadre"))
        .order_by("pk")
    )
    localities = {line.locality_id for line in lines}
    places = Place.objects.on(decision.first_day).filter(locality__in=localities).select_related("locality", "type")
    places = {place.locality_id: place for place in places}
    before = held_before(decision, localities)

    # Communes stand in the order of the first code in them: together, and where an office looks for them.
    firsts = {}
    for line in lines:
        commune = group_key(line, places)
        firsts[commune] = min(firsts.get(commune, line.locality.code), line.locality.code)

    def order(line):
        first = firsts[group_key(line, places)]
        return Tier(line.locality.tier).rank, first, line.locality.code, line.pk

    found = []
    for number, line in enumerate(sorted(lines, key=order), start=1):
        earlier = before[line.locality_id, line.role]
        found.append(
            DecisionRow(
                number,
                line,
                places.get(line.locality_id),
                kind_of_line(line, earlier),
                change_of_line(line, decision),
                [row for row in earlier if row.last_day and row.last_day < decision.first_day],
            )
        )
    return found


def lines_as_shown(lines):
    """What a page shows of each of some lines, by key, to be sent along with what is typed about them."""
    columns = ("role", "cadre_id", "replaces_id", "end_reason", "why")
    return {f"{line.pk}": " ".join(str(getattr(line, name)) for name in columns) for line in lines}


def draft_as_shown(decision, lines=None):
    """What a page shows of a draft as a whole; without its ``lines`` they are read. To be sent along with a step."""
    lines = decision.lines.all() if lines is None else lines
    paper = state_of(decision, ("number", "signed_on", "signer", "first_day", "locality"))
    return {"draft": [str(paper), *(f"{key} {text}" for key, text in lines_as_shown(lines).items())]}


def group_key(line, places):
    """Return (tier, id of the commune in which the place lies): lines with the same key stand together."""
    place = places.get(line.locality_id)
    return line.locality.tier, place and place.commune_id


def change_of_line(line, decision):
    replaces = line.replaces
    return Change(
        locality=line.locality,
        role=line.role,
        cadre=line.cadre,
        first_day=decision.first_day if line.cadre_id else None,
        **(leaving(replaces, decision.first_day - ONE_DAY, today()) if replaces else {}),
        end_reason=line.end_reason if replaces else "",
        why=line.why,
    )


@dataclass
class Draft:
    """A decision that is being prepared, with all its rows."""

    decision: Decision
    rows: list
    rules: Rules

    @property
    def counts(self):
        """How many lines do what."""
        return Counter(row.kind for row in self.rows)

    @property
    def begin(self):
        """How many take a place that they did not hold before."""
        return self.counts[BEGINS] + self.counts[REPLACES]

    @property
    def go_on(self):
        """How many go on where they are."""
        return self.counts[GOES_ON]

    @property
    def end(self):
        """How many assignments end and do not go on."""
        return sum(row.leaves is not None for row in self.rows)

    @property
    def with_objections(self):
        """Rows against which something speaks."""
        return [row for row in self.rows if row.objections]

    @property
    def unanswered(self):
        """Of these, the rows without a reason."""
        return [row for row in self.rows if row.is_unanswered]

    @property
    def answered(self):
        """Of these, the rows with a reason."""
        return [row for row in self.with_objections if row.line.why]


def draft_of(decision, user):
    """Return the ``Draft`` of a decision with what speaks against its lines. Costs the same for one line or many."""
    rows, rules = decision_rows(decision), read_rules()
    found = objections([row.change for row in rows], user, rules) if rows else {}
    for position, against in found.items():
        rows[position].objections = against
    return Draft(decision, rows, rules)


def grouped_by_commune(rows):
    """Return [(heading, rows)] by tier, and below communes by commune."""

    def heading(row):
        tier = Tier(row.line.locality.tier)
        communes = [name for above, _id, name in row.place.chain if above == Tier.COMMUNE] if row.place else []
        return " · ".join([str(tier.label), *communes])

    return [(label, list(some)) for label, some in groupby(rows, key=heading)]


def rows_outside(decision, rows):
    """Return the rows whose place does not lie at or below the decision's locality on its first day."""
    tier, key = decision.locality.tier, decision.locality_id
    return [row for row in rows if row.place is None or getattr(row.place, f"{tier}_id") != key]


# --- What stays uncovered -------------------------------------------------------------------------------------------


def coverage_after(decision, rows, rules):
    """Return ([Covered of each tier], [uncovered places]) on the first day, as if the decision had taken effect.

    Of the decision's locality and all below it; places from the highest tier down. Two queries beside the ``rules``.
    """
    day, root = decision.first_day, decision.locality
    places = Place.objects.on(day).filter(**{root.tier: root}, tier__in=COVERED_TIERS)
    holding = Assignment.objects.on(day).filter(locality__in=places.values("locality")).order_by()
    places = list(in_order_of_tier(places).select_related("locality"))
    replaced = {row.line.replaces_id for row in rows}
    held = defaultdict(list)
    for key, locality, role, cadre in holding.values_list("pk", "locality", "role", "cadre"):
        if key not in replaced:
            held[locality].append((role, cadre, None, None))
    for row in rows:
        if row.line.cadre_id:
            held[row.line.locality_id].append((row.line.role, row.line.cadre_id, None, None))
    by_tier = rules.by_tier()
    required = {tier: in_force_on(by_tier[tier], day) for tier in COVERED_TIERS}
    covered = {tier: Covered(tier) for tier in COVERED_TIERS}
    vacant = []
    for place in places:
        tier = Tier(place.tier)
        enough = meets(held[place.locality_id], required[tier], day)
        covered[tier].total += 1
        covered[tier].covered += enough
        if not enough:
            vacant.append(place)
    return [figure for figure in covered.values() if figure.total], vacant
