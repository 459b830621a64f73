"""What the page of a meeting shows of its programme, of the feedback on it, and of what was passed on there."""

from meetings.models import Feedback, Kind, PassedOn
from meetings.programmes.forms import feedback_form


def programme_context(meeting, user, *, whole, may_edit):
    """Return the context of ``meetings/programme.html``; three queries at most, none for an agency's meeting.

    ``whole`` is whether the reader sees all of the meeting, ``may_edit`` whether he records it: then he says what was
    taken up. Whoever sees less reads the programme and his own feedback.
    """
    if meeting.locality_id is None:
        return {}
    found = {"programme": meeting.programme, "feedback": [], "feedback_form": None, "answers": may_edit}
    if meeting.kind == Kind.CELL:
        rows = Feedback.objects.visible_to(user).filter(meeting=meeting).select_related("cadre", "answered_by")
        found["feedback"] = list(rows.order_by("pk"))
        found["feedback_form"] = feedback_form(meeting, user)
    if whole and meeting.is_held:
        passed = PassedOn.objects.visible_to(user).filter(meeting=meeting).select_related("guidance", "cadre")
        found["passed_on"] = list(passed.order_by("pk"))
    return {"about": found}
