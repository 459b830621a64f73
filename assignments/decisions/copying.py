"""Lines of a new decision from an earlier list: a term of office, or an earlier decision."""

from dataclasses import dataclass

from assignments.models import Assignment, Cadre, Decision, DecisionLine, Place


@dataclass
class CopiedLines:
    """New lines, and how many were left out because the cadre (``gone``) or the place (``no_place``) is gone."""

    lines: list
    gone: int = 0
    no_place: int = 0


def copy_lines(decision, source, tiers, user, day):
    """Return ``CopiedLines``: unsaved lines from an earlier list, for places of some tiers in a decision's locality.

    ``source`` is an earlier decision, or a term of office: its list is that of its last day, or of ``day`` while it
    runs. Left out and counted are cadres who no longer serve on the first day, and places that no longer exist then.
    Three queries.
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
