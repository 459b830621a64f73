"""Enter or change an agency's meeting, and move one out of the way in one step."""

from copy import copy
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from assignments.models import Cadre
from cadrenet.editing import LockedMixin, as_stale
from cadrenet.periods import Quarter, today
from cadrenet.templatetags.figures import daytime, until
from meetings.agency_meetings.actions import register
from meetings.agency_meetings.calendar import Session
from meetings.agency_meetings.forms import agency_form, as_typed, clock_of, moment_of, moved_to
from meetings.agency_meetings.look import Proposal, look_at
from meetings.agency_meetings.standing import open_clashes
from meetings.agency_meetings.wording import came_up_in_words, length_in_words
from meetings.models import Attendance, Kind, Meeting

# What a look is asked with by a page that is being typed, and what a link may fill in.
ASKED = ("agency", "kind", "day", "starts", "ends", "last_day", "convened_by", "extraordinary")
OPEN_BESIDE_FORM = 3


def look_for(user, proposal):
    """What stands in the way of a proposed meeting, as far as a user sees."""
    return look_at(
        proposal,
        staff=Cadre.objects.visible_to(user),
        rows=Attendance.objects.visible_to(user),
        meetings=Meeting.objects.visible_to(user),
        now=timezone.now(),
    )


class AgencyMeetingMixin:
    """The form of an agency's meeting, and the look at what stands in its way.

    A GET with what was typed so far answers with that look, and stores nothing: alone to a page that asks while
    somebody types. A POST saves where nothing stands in the way, or where the user has seen what does, and said why
    where that is asked. Whatever came up in between is shown first. Nothing is forbidden.
    """

    def answer_agency(self, meeting):
        request = self.request
        if request.method == "POST":
            return self.answer_sent(meeting)
        asked = {name: request.GET[name] for name in ASKED if name in request.GET}
        # A link may say no more than when.
        data = {"agency": meeting.agency_id or "", "kind": meeting.kind or Kind.AGENCY.value, **asked}
        looked_at = self.bound(copy(meeting), data) if "starts" in asked else None
        look = look_for(request.user, looked_at.proposal) if looked_at and looked_at.times_known else None
        if request.htmx:
            context = self.look_context(looked_at, look)
            return render(request, "meetings/agency/look.html", context)
        form = agency_form(request.user, today(), instance=meeting, initial=asked)
        return render(request, "meetings/agency/form.html", self.context(meeting, form, look, looked_at))

    def bound(self, meeting, data):
        return agency_form(self.request.user, today(), instance=meeting, data=data)

    def answer_sent(self, meeting):
        """Save what was sent, or show what is wrong with it, or what stands in its way."""
        request, data = self.request, self.request.POST
        if pick := data.get("pick"):
            data = moved_to(pick, self.bound(copy(meeting), data))
        form, look, saved = self.bound(meeting, data), None, []
        if form.is_valid():
            try:
                saved, look = register(
                    form.meetings_to_save,
                    by=request.user,
                    on=today(),
                    look=lambda: look_for(request.user, form.proposal),
                    accepts=lambda look: self.accepts(look, form),
                    reason=form.cleaned_data["why"],
                )
            except ValidationError as error:
                form.add_sentences(error)
        elif form.times_known:
            look = look_for(request.user, form.proposal)
        if saved:
            self.tell_saved(saved, look)
            return redirect(saved[0])
        answer = render(request, "meetings/agency/form.html", self.context(meeting, form, look, form))
        return as_stale(answer, form, request)

    def accepts(self, look, form):
        """Whether the user has seen what stands in the way, and said why where that is asked."""
        # Beside a time that is offered stands what else is on that day.
        if look.unseen(form.data.get("seen", ""), light="pick" not in form.data):
            return False
        if look.needs_reason and not form.cleaned_data["why"]:
            form.add_error("why", _("Say why, or choose another time."))
            return False
        return True

    def tell_saved(self, saved, look):
        """Say what was saved, and who reads why."""
        first = saved[0]
        when = f"{daytime(first.starts_at)}{until(first.starts_at, first.ends_at)}"
        words = {"meeting": first.subject or first.title, "when": when, "number": len(saved)}
        text = _("Saved: %(meeting)s, %(when)s.")
        if len(saved) > 1:
            text = _("Saved: %(meeting)s, on %(number)s days from %(when)s.")
        text %= words
        if people := len(look.people):
            told = ngettext(
                "%(number)s of the staff is expected elsewhere at that time, and reads why.",
                "%(number)s of the staff are expected elsewhere at that time, and read why.",
                people,
            )
            text = f"{text} {told % {'number': people}}"
        messages.success(self.request, text)

    def look_context(self, form, look):
        """What the answer to somebody who types needs."""
        filled_in = form.filled_in if form is not None and form.times_known else None
        return {
            "form": form,
            "look": look,
            "filled_in": length_in_words(filled_in) if filled_in else "",
            "end": clock_of(form.instance.ends_at) if filled_in else "",
            "assumed": length_in_words(look.calendar.assumed) if look else "",
        }

    def context(self, meeting, form, look, looked_at):
        request = self.request
        sent = request.method == "POST" and look is not None and bool(look)
        came_up = look.came_up(request.POST.get("seen", "")) if sent else []
        return self.look_context(looked_at, look) | {
            "title": self.title_of(meeting),
            "form": form,
            "meeting": meeting,
            # Sent without having been seen: what stands in the way is told above everything else.
            "not_saved": sent and not form.errors,
            "came_up": [came_up_in_words(other) for other in came_up[:3]],
            "look_url": request.path + ("?of=agency" if meeting.pk is None else ""),
            "cancel_url": meeting.get_absolute_url() if meeting.pk else reverse("meetings:meetings"),
            "open": open_clashes(request.user, Quarter.of(today()), now=timezone.now(), at_most=OPEN_BESIDE_FORM),
            "open_url": f"{reverse('meetings:clashes')}?quarter={Quarter.of(today())}",
        }


class MeetingMoveView(LockedMixin, View):
    """Move an agency's meeting to a free time that a list offers, in one step; else its form is shown."""

    held_model = Meeting

    def get(self, request, pk):
        """Only a button leads here; whoever types the address is shown the meeting."""
        return redirect(self.meeting(pk))

    def post(self, request, pk):
        meeting = self.meeting(pk)
        stored = Session(meeting.starts_at, meeting.ends_at)
        data = request.POST
        moved = self.asked_for(stored, data.get("pick", ""))
        if moved is None or data.get("was") != f"{meeting.starts_at:%Y%m%d%H%M}":
            messages.error(request, _("Nothing was moved: the meeting has changed since you opened the page."))
            return redirect("meetings:meeting_edit", pk)
        meeting.starts_at, meeting.ends_at = moved.starts_at, moved.ends_at
        try:
            saved, _look = register(
                [meeting],
                by=request.user,
                on=today(),
                look=lambda: look_for(request.user, Proposal.of(meeting)),
                accepts=lambda look: not look.weighty,
            )
        except ValidationError as error:
            saved = []
            messages.error(request, " ".join(error.messages))
        if not saved:
            messages.warning(
                request, _("Nothing was moved: meanwhile something stands in the way at that time, too.")
            )
            address = reverse("meetings:meeting_edit", args=[pk])
            return redirect(f"{address}?{urlencode(as_typed([moved]))}")
        words = {"meeting": meeting.subject or meeting.title, "when": daytime(moved.starts_at)}
        messages.success(request, _("Moved: %(meeting)s, now on %(when)s.") % words)
        return redirect(f"{reverse('meetings:clashes')}?quarter={Quarter.of(moved.day)}")

    def asked_for(self, stored, value):
        """The session at the time that a button names, or None."""
        try:
            return stored.shifted(moment_of(value) - stored.starts_at)
        except (ValueError, OverflowError):
            return None

    def meeting(self, pk):
        meetings = Meeting.objects.editable_by(self.request.user).filter(agency__isnull=False)
        return get_object_or_404(meetings.select_related("agency"), pk=pk)
