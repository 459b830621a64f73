"""Where somebody works changes: by a move, or because a file of cadres says so of all days."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assignments.models import Agency, Cadre, Posting
from cadrenet.history import sign_change
from cadrenet.periods import ONE_DAY


@transaction.atomic
def move(cadre: Cadre, *, agency: Agency | None, position: str, first_day: date) -> Posting:
    """Let a cadre work at another agency, or in another position, from a day; return the new posting.

    What holds on that day ends the day before. ``ValidationError`` when something begins on that day or later: then
    a move is recorded already, and the row is to be corrected.
    """
    # One after the other for each cadre, so that two hands do not both end the same posting.
    cadre = Cadre.objects.select_for_update(of=["self"]).get(pk=cadre.pk)
    postings = list(Posting.objects.filter(cadre=cadre).select_for_update(of=["self"]))
    if any(row.first_day and row.first_day >= first_day for row in postings):
        raise ValidationError(
            _(
                "A posting that begins on that day or later is recorded already. "
                "Correct that one, or choose a later day."
            )
        )
    for row in postings:
        if row.holds_on(first_day):
            if (row.agency_id, row.position) == (agency and agency.pk, position):
                raise ValidationError(_("That is where the cadre works already, in the same position."))
            row.last_day = first_day - ONE_DAY
            row.full_clean(validate_constraints=False)
            row.save()
    made = Posting(cadre=cadre, agency=agency, position=position, first_day=first_day)
    made.full_clean()
    made.save()
    return made


def said_of_all_days(postings: Sequence[Posting], agency: int | None, position: str) -> tuple[int | None, str] | None:
    """Return (agency id, position) that the one undated posting of a cadre is to have, None where nothing changes.

    ``postings`` are all of the cadre's, ``agency`` and ``position`` what a row of cadres says, which knows no days.
    (None, "") takes the posting away. Where postings are dated, a row may say what one of them says, or nothing;
    ``ValidationError`` when it says something else, because nobody could tell from when.
    """
    said = agency, position
    dated = [row for row in postings if not row.is_undated]
    if dated:
        if said != (None, "") and said not in [(row.agency_id, row.position) for row in postings]:
            raise ValidationError(
                _(
                    "Where this cadre works is recorded with days, and nowhere as this row says it. Record the move "
                    "from its day on the cadre's page or in postings.csv, or leave agency_code and position empty."
                )
            )
        return None
    known = [(row.agency_id, row.position) for row in postings]
    return None if said in (known or [(None, "")]) else said


def correct(cadre: Cadre, agency: int | None, position: str, why: str = "") -> None:
    """Let a cadre have worked at an agency in a position all the time, as a row of cadres says it.

    Raises ``ValidationError`` as ``said_of_all_days``.
    """
    postings = list(Posting.objects.filter(cadre=cadre))
    said = said_of_all_days(postings, agency, position)
    if said is None:
        return
    row = postings[0] if postings else Posting(cadre=cadre)
    sign_change(row, why=why)
    if said == (None, ""):
        row.delete()
        return
    row.agency_id, row.position = said
    row.save()


def save_corrected(posting: Posting) -> None:
    """Save a posting that was recorded wrongly, as it should be; ``ValidationError`` where it meets another."""
    posting.full_clean()
    try:
        with transaction.atomic():
            posting.save()
    except IntegrityError:
        # Somebody else was first: the constraint answers in its own words.
        posting.validate_constraints()
        raise
