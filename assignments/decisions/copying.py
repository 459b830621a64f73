"""Lines of a new decision from an earlier list: a term of office, or an earlier decision."""

from dataclasses import dataclass

from assignments.models import Assignment, Cadre, Decision, DecisionLine, Place


@dataclass
class CopiedLines:
    """Lines of an earlier list, and how many of it could not be taken over."""

    lines: list
    gone: int = 0
    no_place: int = 0


def copy_lines(decision, source, tiers, user, day):
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
    existing_then = Place.objects.counting_on(then).filter(**{locality.tier: locality}).values("locality")
    rows = (
        rows.filter(locality__in=existing_then).select_related("cadre", "locality").order_by("locality__code", "pk")
    )
    existing_now = set(
        Place.objects.on(first_day).filter(**{locality.tier: locality}).order_by().values_list("locality", flat=True)
    )
    serving = set(Cadre.objects.editable_by(user).serving_on(first_day).order_by().values_list("pk", flat=True))
    found = CopiedLines([])
    for row in rows:
        if row.locality_id not in existing_now:
            found.no_place += 1
        elif row.cadre_id not in serving:
            found.gone += 1
        else:
            found.lines.append(DecisionLine(locality=row.locality, role=row.role, cadre=row.cadre))
    return found
