"""What has not begun is taken away as if it had never been meant, and what hangs on it follows."""

from assignments.models import Assignment, DecisionLine, Handover
from cadrenet.history import sign_change


def withdraw(assignment: Assignment, *, reason: str = "", why: str = "") -> list[Handover]:
    """Take away an assignment that has not begun; its history stays, with the reason and the words of who does it.

    Returns the handovers in which it was to follow somebody: these wait for another, or for whoever was to follow
    after it. Its own, of what never began, goes. A draft no longer replaces it, and a line that said nothing else
    goes with it; a decision that took effect keeps who was meant. Call it in a transaction, and let rosters follow.
    """
    waiting = list(Handover.objects.select_for_update(of=["self"]).filter(successor=assignment))
    own = Handover.objects.filter(ended=assignment).select_related("successor").first()
    lines = DecisionLine.objects.select_for_update(of=["self"]).filter(replaces=assignment)
    for line in lines.select_related("decision"):
        if line.decision.is_draft and line.cadre_id is None:
            line.delete()
            continue
        line.replaces = None
        if not line.decision.is_draft:
            line.withdrew_id, line.withdrew_from = assignment.cadre_id, assignment.first_day
        line.save()
    for handover in waiting:
        handover.successor = own.successor if own else None
        handover.save()
    assignment.end_reason = reason
    sign_change(assignment, why=why)
    assignment.delete()
    return waiting
