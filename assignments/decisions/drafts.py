"""Decisions while they are prepared: what their lines mean, what speaks against them, and what stays uncovered.

A line becomes a ``Change`` only when somebody looks: a draft may be weeks old, and is judged by what holds now. The
same rows make the page, the summary before a decision takes effect, and its annex.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import groupby

from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from assignments.actions import Refused, enact
from assignments.changes import Change, objections
from assignments.coverage.queries import COVERED_TIERS, Covered, in_force_on, meets
from assignments.models import Assignment, Cadre, Decision, DecisionLine, Place, Tier
from assignments.queries import in_order_of_tier, read_rules
from cadrenet.periods import ONE_DAY

# What a line does.
BEGINS, GOES_ON, REPLACES, LEAVES = "begins", "goes_on", "replaces", "leaves"


# --- Whom a line replaces -----------------------------------------------------------------------------------------


def proposed(lines, holding, named=(), taken=()):
    """Return the assignment that each of some lines replaces as long as nobody says otherwise, by position.

    Whoever goes on replaces the own assignment, so that the time served is joined. Anybody else replaces the one who
    holds the role there and is in no line; support is added beside others. ``named`` holds (locality, role, cadre)
    and ``taken`` keys of assignments of the lines that are not asked about.
    """
    named, taken = set(named) | {(line.locality_id, line.role, line.cadre_id) for line in lines}, set(taken)
    found = [None] * len(lines)
    for own in (True, False):
        for position, line in enumerate(lines):
            if found[position] or (line.role == Assignment.Role.SUPPORT and not own):
                continue
            rows = [row for row in holding[line.locality_id, line.role] if row.pk not in taken]
            if own:
                rows = [row for row in rows if row.cadre_id == line.cadre_id]
            else:
                rows = [row for row in rows if (row.locality_id, row.role, row.cadre_id) not in named]
            if len(rows) == 1:
                found[position] = rows[0]
                taken.add(rows[0].pk)
    return found


def holders(decision, localities):
    """Return {(locality id, role): assignments that a decision may end there}, longest first. One query.

    Those that begin on the decision's own first day are not among them: they would last no day.
    """
    found = defaultdict(list)
    rows = Assignment.objects.on(decision.first_day).exclude(first_day__gte=decision.first_day)
    for row in rows.filter(locality__in=localities).select_related("cadre", "locality").order_by("first_day", "pk"):
        found[row.locality_id, row.role].append(row)
    return found


def day_before(decision, localities):
    """Return {(locality id, role): assignments in force up to the day before a decision begins}. One query."""
    found = defaultdict(list)
    rows = Assignment.objects.on(decision.first_day - ONE_DAY).filter(locality__in=localities)
    for row in rows.select_related("cadre").order_by("first_day", "pk"):
        found[row.locality_id, row.role].append(row)
    return found


def set_replaced(decision, lines):
    """Say whom each of some lines of a decision replaces, beside those it already has; nothing is saved."""
    others = decision.lines.exclude(pk__in=[line.pk for line in lines if line.pk]).order_by()
    others = list(others.values_list("locality", "role", "cadre", "replaces"))
    rows = proposed(
        lines,
        holders(decision, {line.locality_id for line in lines}),
        named=[other[:3] for other in others],
        taken=[other[3] for other in others],
    )
    for line, row in zip(lines, rows, strict=True):
        line.replaces = row


# --- Lines are added, and follow their decision -------------------------------------------------------------------


def locked(decision):
    """Return a draft as it now stands, kept from everybody else until the transaction ends; ``Refused`` for others.

    Two people work on one decision: lines are added, and all of them take effect, only under this lock.
    """
    found = Decision.objects.select_for_update(of=["self"]).select_related("locality").filter(pk=decision.pk).first()
    if found is None or not found.is_draft:
        raise Refused({"": [_("This decision has taken effect already.")]})
    return found


@transaction.atomic
def add_lines(decision, lines, instead=False):
    """Add unsaved lines to a draft, all at once, each with whom it replaces; return those that were new.

    What the decision says already is left out, so that a form that comes twice adds nothing twice. ``instead``: a
    new name for a place takes over the line that the decision has for it (``taken_over``).
    """
    decision = locked(decision)
    known = set(decision.lines.order_by().values_list("locality", "role", "cadre"))
    new = []
    for line in lines:
        line.decision = decision
        if (key := (line.locality_id, line.role, line.cadre_id)) not in known:
            known.add(key)
            new.append(line)
    set_replaced(decision, new)
    # Somebody who only leaves is a line of its own only where it is clear who that is.
    new = [line for line in new if line.cadre_id or line.replaces_id]
    taken = taken_over(decision, lines, new) if instead else {}
    for position, line in taken.items():
        line.cadre, line.why = new[position].cadre, ""
        line.save()
    rows = [line for position, line in enumerate(new) if position not in taken]
    bulk_create_with_history(rows, DecisionLine, batch_size=200)
    return new


def taken_over(decision, lines, new):
    """Return {position: line of the decision} for those of some new lines that change one which is there. One query.

    So only the differences to a list that was copied are pasted. Where the decision, or the pasted list, names
    several for a place and role, nothing is taken over.
    """
    asked = {(line.locality_id, line.role, line.cadre_id) for line in lines}
    there, coming = defaultdict(list), Counter((line.locality_id, line.role) for line in new)
    for line in decision.lines.select_related("cadre", "replaces__cadre").exclude(cadre=None):
        there[line.locality_id, line.role].append(line)
    found = {}
    for position, line in enumerate(new):
        key = (line.locality_id, line.role)
        rows = there[key]
        if line.role == Assignment.Role.SUPPORT or line.replaces or coming[key] > 1 or len(rows) != 1:
            continue
        if (*key, rows[0].cadre_id) not in asked:
            found[position] = rows[0]
    return found


@transaction.atomic
def follow_first_day(decision, was):
    """Look anew whom the lines replace once the first day has changed from that of ``was``.

    Lines that replace somebody else than the old day proposed were changed by hand, and stay.
    """
    lines = list(decision.lines.exclude(cadre=None))
    before = proposed(lines, holders(was, {line.locality_id for line in lines}))
    lines = [line for line, row in zip(lines, before, strict=True) if line.replaces_id == (row and row.pk)]
    # One line may take what another leaves: all leave first.
    DecisionLine.objects.filter(pk__in=[line.pk for line in lines]).update(replaces=None)
    set_replaced(decision, lines)
    for line in lines:
        if line.replaces_id:
            line.save()


# --- A draft, read ------------------------------------------------------------------------------------------------


@dataclass
class Row:
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


def rows_of(decision):
    """Return a ``Row`` for each line of a decision, from the highest tier down, communes together. Three queries."""
    lines = list(
        decision.lines.select_related(
            "locality", "cadre__agency__locality", "replaces__cadre", "replaces__locality", "assignment"
        ).order_by("pk")
    )
    localities = {line.locality_id for line in lines}
    places = Place.objects.on(decision.first_day).filter(locality__in=localities).select_related("locality", "type")
    places = {place.locality_id: place for place in places}
    before = day_before(decision, localities)

    # Communes stand in the order of the first code in them: together, and where an office looks for them.
    firsts = {}
    for line in lines:
        commune = commune_of(line, places)
        firsts[commune] = min(firsts.get(commune, line.locality.code), line.locality.code)

    def order(line):
        first = firsts[commune_of(line, places)]
        return Tier(line.locality.tier).rank, first, line.locality.code, line.pk

    found = []
    for number, line in enumerate(sorted(lines, key=order), start=1):
        earlier = before[line.locality_id, line.role]
        found.append(
            Row(
                number,
                line,
                places.get(line.locality_id),
                kind_of(line, earlier),
                change_of(line, decision),
                [row for row in earlier if row.last_day and row.last_day < decision.first_day],
            )
        )
    return found


def commune_of(line, places):
    """Return by what a line is grouped: its tier, and the commune in which its place lies."""
    place = places.get(line.locality_id)
    return line.locality.tier, place and place.commune_id


def kind_of(line, before):
    """Return what a line does, by who held the role there up to the day before."""
    if line.cadre_id is None:
        return LEAVES
    if any(row.cadre_id == line.cadre_id for row in before):
        return GOES_ON
    return REPLACES if line.replaces_id else BEGINS


def change_of(line, decision):
    """Return what a line of a decision means."""
    replaces = line.replaces
    return Change(
        locality=line.locality,
        role=line.role,
        cadre=line.cadre,
        first_day=decision.first_day if line.cadre_id else None,
        replaces=replaces,
        last_day=decision.first_day - ONE_DAY if replaces else None,
        end_reason=line.end_reason if replaces else "",
        why=line.why,
    )


@dataclass
class Draft:
    """A decision that is being prepared, with all its rows."""

    decision: Decision
    rows: list

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
    def told(self):
        """Rows against which something speaks."""
        return [row for row in self.rows if row.objections]

    @property
    def unanswered(self):
        """Of these, the rows without a reason."""
        return [row for row in self.rows if row.is_unanswered]

    @property
    def answered(self):
        """Of these, the rows with a reason."""
        return [row for row in self.told if row.line.why]


def draft_of(decision, user):
    """Return the ``Draft`` of a decision with what speaks against its lines. Costs the same for one line or many."""
    rows = rows_of(decision)
    told = objections([row.change for row in rows], user=user) if rows else {}
    for position, found in told.items():
        rows[position].objections = found
    return Draft(decision, rows)


def grouped(rows):
    """Return [(heading, rows)] by tier, and below communes by commune."""

    def heading(row):
        tier = Tier(row.line.locality.tier)
        communes = [name for above, _id, name in row.place.chain if above == Tier.COMMUNE] if row.place else []
        return " · ".join([str(tier.label), *communes])

    return [(label, list(some)) for label, some in groupby(rows, key=heading)]


def outside(decision, rows):
    """Return the rows whose place does not lie at or below what the decision decides for, on its first day."""
    tier, key = decision.locality.tier, decision.locality_id
    return [row for row in rows if row.place is None or getattr(row.place, f"{tier}_id") != key]


# --- What stays uncovered -----------------------------------------------------------------------------------------


def coverage_after(decision, rows):
    """Return ([Covered], [places with too few people]) on the first day, as if the decision had taken effect.

    All tiers that have localities there, and all places in the order of an office. Three queries.
    """
    day, locality = decision.first_day, decision.locality
    places = Place.objects.on(day).filter(**{locality.tier: locality}, tier__in=COVERED_TIERS)
    holding = Assignment.objects.on(day).filter(locality__in=places.values("locality")).order_by()
    places = list(in_order_of_tier(places).select_related("locality"))
    replaced = {row.line.replaces_id for row in rows}
    held = defaultdict(list)
    for key, where, role, cadre in holding.values_list("pk", "locality", "role", "cadre"):
        if key not in replaced:
            held[where].append((role, cadre, None, None))
    for row in rows:
        if row.line.cadre_id:
            held[row.line.locality_id].append((row.line.role, row.line.cadre_id, None, None))
    rules = read_rules().by_tier()
    asked = {tier: in_force_on(rules[tier], day) for tier in COVERED_TIERS}
    covered = {tier: Covered(tier) for tier in COVERED_TIERS}
    vacant = []
    for place in places:
        tier = Tier(place.tier)
        enough = meets(held[place.locality_id], asked[tier], day)
        covered[tier].total += 1
        covered[tier].covered += enough
        if not enough:
            vacant.append(place)
    return [figure for figure in covered.values() if figure.total], vacant


# --- A decision takes effect --------------------------------------------------------------------------------------


@transaction.atomic
def enact_draft(decision, user, on):
    """Let a decision take effect as it stands now: all lines or none. ``on`` is today.

    Raises ``Refused`` with sentences by the key of the line, under "" for the decision as a whole.
    """
    decision = locked(decision)
    draft = draft_of(decision, user)
    if not draft.rows:
        raise Refused({"": [_("The decision has no lines yet.")]})
    faults = {row.line.pk: [_("Give a reason, or change the line.")] for row in draft.unanswered}
    for row in outside(decision, draft.rows):
        faults.setdefault(row.line.pk, []).append(
            _("On the first day this place does not lie in what the decision decides for.")
        )
    if faults:
        raise Refused(faults)
    return enact(decision, {row.line: row.change for row in draft.rows}, on=on)


# --- What an earlier list said ------------------------------------------------------------------------------------


@dataclass
class Copied:
    """Lines of an earlier list, and how many of it could not be taken over."""

    lines: list
    gone: int = 0
    no_place: int = 0


def copied(decision, source, tiers, user, day):
    """Return lines for everybody who held a place of some tiers within a decision's locality, by an earlier list.

    ``source`` is a term of office (as on its last day, or on ``day`` while it runs) or an earlier decision. Whoever
    no longer serves, and places that no longer exist on the first day, are left out and counted. Three queries.
    """
    locality, first_day = decision.locality, decision.first_day
    rows = Assignment.objects.editable_by(user).filter(locality__tier__in=tiers)
    if isinstance(source, Decision):
        rows, then = rows.filter(decision=source), source.first_day
    else:
        then = min(source.last_day or day, day)
        rows = rows.on(then)
    stood = Place.objects.counting_on(then).filter(**{locality.tier: locality}).values("locality")
    rows = rows.filter(locality__in=stood).select_related("cadre", "locality").order_by("locality__code", "pk")
    stands = set(
        Place.objects.on(first_day).filter(**{locality.tier: locality}).order_by().values_list("locality", flat=True)
    )
    serving = set(Cadre.objects.editable_by(user).serving_on(first_day).order_by().values_list("pk", flat=True))
    found = Copied([])
    for row in rows:
        if row.locality_id not in stands:
            found.no_place += 1
        elif row.cadre_id not in serving:
            found.gone += 1
        else:
            found.lines.append(DecisionLine(locality=row.locality, role=row.role, cadre=row.cadre))
    return found
