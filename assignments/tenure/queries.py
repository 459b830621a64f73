"""What tenure asks of the database."""

from assignments.models import Assignment, Lineage
from cadrenet.prepared import prepared


@prepared
def periods_of(cadres, localities):
    """Cadre, locality, first and last day of the assignments of some cadres to some localities."""
    rows = Assignment.objects.filter(cadre__in=sorted(cadres), locality__in=sorted(localities)).order_by()
    return rows.values_list("cadre", "locality", "first_day", "last_day")


@prepared
def all_lineage():
    """Return all mergers and splits: they are few, and a chain of them is not one join."""
    return Lineage.objects.order_by().values("predecessor", "successor")
