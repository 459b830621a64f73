"""Changes of a draft: lines are added and follow its first day, and it takes effect."""

from django.db import transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from assignments.actions import Refused, enact
from assignments.decisions import replacements
from assignments.decisions.drafts import draft_of, rows_outside
from assignments.models import Decision, DecisionLine


def lock_draft(decision):
    """Return a draft as it now stands, locked until the transaction ends; raise ``Refused`` when it is no draft.

    Two people may work on one decision: lines change, and take effect, only under this lock.
    """
    found = Decision.objects.select_for_update(of=["self"]).select_related("locality").filter(pk=decision.pk).first()
    if found is None or not found.is_draft:
        raise Refused({"": [_("This decision has taken effect already.")]})
    return found


@transaction.atomic
def add_lines(decision, lines, instead=False):
    """Add unsaved lines to a draft, each with whom it replaces; return those that were new. Raises ``Refused``.

    Lines that the decision has already are left out, so that a form sent twice adds nothing twice. With ``instead`` a
    new name for a place changes the line that the decision has for it (``lines_taken_over``).
    """
    decision = lock_draft(decision)
    known = set(decision.lines.order_by().values_list("locality", "role", "cadre"))
    new = []
    for line in lines:
        line.decision = decision
        if (key := (line.locality_id, line.role, line.cadre_id)) not in known:
            known.add(key)
            new.append(line)
    replacements.set_replacements(decision, new)
    # Somebody who only leaves is a line of its own only where it is clear who that is.
    new = [line for line in new if line.cadre_id or line.replaces_id]
    taken = replacements.lines_taken_over(decision, lines, new) if instead else {}
    for position, line in taken.items():
        line.cadre, line.why = new[position].cadre, ""
        line.save()
    rows = [line for position, line in enumerate(new) if position not in taken]
    bulk_create_with_history(rows, DecisionLine, batch_size=200)
    return new


@transaction.atomic
def update_replacements(decision, before_change):
    """Work out again whom the lines replace, after the first day of a decision has changed.

    ``before_change`` is the decision with its old first day. A line that replaces somebody else than the default of
    that day was changed by hand, and stays.
    """
    lines = list(decision.lines.exclude(cadre=None))
    replaced = replacements.proposed_replacements(
        lines, replacements.replaceable_assignments(before_change, {line.locality_id for line in lines})
    )
    lines = [line for line, row in zip(lines, replaced, strict=True) if line.replaces_id == (row and row.pk)]
    # One line may take what another leaves: all leave first.
    DecisionLine.objects.filter(pk__in=[line.pk for line in lines]).update(replaces=None)
    replacements.set_replacements(decision, lines)
    for line in lines:
        if line.replaces_id:
            line.save()


@transaction.atomic
def ask_reasons_again(decision):
    """Take away the reasons that were given in spite of warnings, and return how many there were.

    They were given for the first day as it was, and on another day something else may speak against a line. The
    history keeps them.
    """
    answered = list(decision.lines.exclude(why="").select_for_update(of=("self",)))
    for line in answered:
        line.why = ""
        line.save()
    return len(answered)


@transaction.atomic
def enact_draft(decision, user, on):
    """Let a decision take effect as it stands now: all lines or none. ``on`` is today.

    Raises ``Refused`` with sentences by the key of the line, under "" for the decision as a whole.
    """
    decision = lock_draft(decision)
    draft = draft_of(decision, user)
    if not draft.rows:
        raise Refused({"": [_("The decision has no lines yet.")]})
    faults = {row.line.pk: [_("Give a reason, or change the line.")] for row in draft.unanswered}
    for row in rows_outside(decision, draft.rows):
        faults.setdefault(row.line.pk, []).append(
            _("On the first day this place does not lie in what the decision decides for.")
        )
    if faults:
        raise Refused(faults)
    return enact(decision, {row.line: row.change for row in draft.rows}, on=on)
