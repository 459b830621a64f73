"""Whom a line of a decision replaces, and what the line therefore does."""

from collections import Counter, defaultdict

from assignments.models import Assignment
from cadrenet.periods import ONE_DAY, today

# What a line does.
BEGINS, GOES_ON, REPLACES, LEAVES = "begins", "goes_on", "replaces", "leaves"


def kind_of_line(line, before):
    """Return what a line does, by who held the role there up to the day before."""
    if line.cadre_id is None:
        return LEAVES
    if any(row.cadre_id == line.cadre_id for row in before):
        return GOES_ON
    return REPLACES if line.replaces_id else BEGINS


def proposed_replacements(lines, holding, others=(), taken=()):
    """Return a list as long as ``lines``: the assignment that each line replaces by default, or None.

    A cadre who goes on replaces the own earlier assignment, so that the time served is joined. Any other cadre
    replaces the holder of the role there who is named in no line. Support replaces nobody else.
    ``holding`` maps (locality id, role) to assignments. Of the decision's other lines, ``others`` are their
    (locality, role, cadre), ``taken`` the keys of the assignments that they replace.
    """
    others, taken = set(others) | {(line.locality_id, line.role, line.cadre_id) for line in lines}, set(taken)
    found = [None] * len(lines)
    for own in (True, False):
        for position, line in enumerate(lines):
            if found[position] or (line.role == Assignment.Role.SUPPORT and not own):
                continue
            rows = [row for row in holding[line.locality_id, line.role] if row.pk not in taken]
            if own:
                rows = [row for row in rows if row.cadre_id == line.cadre_id]
            else:
                rows = [row for row in rows if (row.locality_id, row.role, row.cadre_id) not in others]
            if len(rows) == 1:
                found[position] = rows[0]
                taken.add(rows[0].pk)
    return found


def replaceable_assignments(decision, localities):
    """Return {(locality id, role): assignments that a decision may end there}, longest first. One query.

    Those that begin on the decision's own first day are not among them: they would last no day.
    """
    found = defaultdict(list)
    rows = Assignment.objects.on(decision.first_day).exclude(first_day__gte=decision.first_day)
    for row in rows.filter(locality__in=localities).select_related("cadre", "locality").order_by("first_day", "pk"):
        found[row.locality_id, row.role].append(row)
    return found


def withdrawable_assignments(decision, localities, today):
    """Return {(locality id, role): assignments still to come when a decision begins}, by first day. One query.

    A line of the decision may withdraw them; none does unless somebody says so.
    """
    found = defaultdict(list)
    rows = Assignment.objects.filter(locality__in=localities, first_day__gt=today)
    rows = rows.filter(first_day__gte=decision.first_day)
    for row in rows.select_related("cadre", "locality").order_by("first_day", "pk"):
        found[row.locality_id, row.role].append(row)
    return found


def held_before(decision, localities):
    """Return {(locality id, role): assignments in force up to the day before a decision begins}. One query."""
    found = defaultdict(list)
    rows = Assignment.objects.on(decision.first_day - ONE_DAY).filter(locality__in=localities)
    for row in rows.select_related("cadre").order_by("first_day", "pk"):
        found[row.locality_id, row.role].append(row)
    return found


def set_replacements(decision, lines):
    """Set ``replaces`` on lines of a decision, with regard to its other lines; nothing is saved. Two queries."""
    others = decision.lines.exclude(pk__in=[line.pk for line in lines if line.pk]).order_by()
    others = list(others.values_list("locality", "role", "cadre", "replaces"))
    rows = proposed_replacements(
        lines,
        replaceable_assignments(decision, {line.locality_id for line in lines}),
        others=[other[:3] for other in others],
        taken=[other[3] for other in others],
    )
    for line, row in zip(lines, rows, strict=True):
        line.replaces = row
    # Where nobody holds the place by then, a line that only says that somebody leaves means whoever is to come.
    if open_lines := [line for line in lines if line.cadre_id is None and line.replaces is None]:
        to_come = withdrawable_assignments(decision, {line.locality_id for line in open_lines}, today())
        taken = {other[3] for other in others}
        for line in open_lines:
            found = [row for row in to_come[line.locality_id, line.role] if row.pk not in taken]
            if len(found) == 1:
                line.replaces = found[0]
                taken.add(found[0].pk)


def lines_taken_over(decision, lines, new):
    """Return {position in ``new``: line of the decision that it changes}. One query.

    So it is enough to paste what differs from a copied list. ``lines`` are all that were pasted. Where the decision
    or the pasted list names several cadres for one place and role, no line is changed.
    """
    requested = {(line.locality_id, line.role, line.cadre_id) for line in lines}
    existing, new_keys = defaultdict(list), Counter((line.locality_id, line.role) for line in new)
    for line in decision.lines.select_related("cadre", "replaces__cadre").exclude(cadre=None):
        existing[line.locality_id, line.role].append(line)
    found = {}
    for position, line in enumerate(new):
        key = (line.locality_id, line.role)
        rows = existing[key]
        if line.role == Assignment.Role.SUPPORT or line.replaces or new_keys[key] > 1 or len(rows) != 1:
            continue
        if (*key, rows[0].cadre_id) not in requested:
            found[position] = rows[0]
    return found
