"""Enter a meeting, change it, or say that it does not take place."""

from datetime import date

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize_input
from django.utils.translation import gettext as _
from django.views.generic import View

from assignments.models import Cadre, Place, Tier
from assignments.visibility import chain_of
from cadrenet.editing import LockedMixin, as_stale
from cadrenet.periods import today
from cadrenet.texts import in_full_first
from meetings.actions import set_status
from meetings.entries import Refused, say_why
from meetings.models import Attendance, Meeting
from meetings.queries import HALF_DAYS, HalfDay, schedule_impact
from meetings.schedule_forms import CancelForm, LocalityMeetingForm
from meetings.views.meetings import agency_form, may_enter

MEETING_TIERS = [Tier.COMMUNE, Tier.HAMLET, Tier.SELF_GOVERNING_GROUP]
OFFERED_AT_ONCE = 30


class MeetingFormView(View):
    """What entering and changing a meeting share: the form, and for an agency's the look at what stands in its way.

    An agency's meeting is saved when nothing stands in its way, or when the user has read what does: the first
    answer then shows it, with another button. Nothing is forbidden.
    """

    title = submit_label = ""

    def get_form(self, meeting, data=None):
        kwargs = {"data": data, "instance": meeting, "user": self.request.user, "on": today()}
        if meeting.locality_id:
            return LocalityMeetingForm(**kwargs)
        return agency_form(kwargs.pop("user"), kwargs.pop("on"), **kwargs)

    def answer(self, meeting):
        """Show the form, or save what was typed into it."""
        request = self.request
        data = self.moved(request.POST) if request.method == "POST" else None
        form = self.get_form(meeting, data)
        impact = None
        if data is not None and form.is_valid() and self.in_reach(form):
            impact = self.schedule_impact(form.instance) if form.instance.agency_id else None
            asked_again = impact and (form.data.get("seen") != warning_key(form.instance) or "move" in request.POST)
            if "check" not in request.POST and not asked_again and (saved := form.save(self.why(form))):
                messages.success(request, _("Saved: %(meeting)s.") % {"meeting": saved.title})
                return redirect(saved)
        context = {
            "title": self.title_of(meeting),
            "form": form,
            "meeting": meeting,
            "impact": impact,
            "checked": data is not None and form.is_valid() and form.instance.agency_id,
            "seen": warning_key(form.instance) if impact else "",
            "check_url": request.get_full_path(),
            "chain": chain_of(meeting.place, request.user),
            "cancel_url": meeting.get_absolute_url() if meeting.pk else reverse("meetings:meetings"),
        }
        partial = request.htmx and "check" in request.POST
        answer = render(request, "meetings/schedule_impact.html" if partial else "meetings/form.html", context)
        return as_stale(answer, form, request)

    def why(self, form):
        return form.cleaned_data.get("why", "")

    def moved(self, data):
        """What was typed, moved to the free half-day that was tapped."""
        day, _comma, half = data.get("move", "").partition(",")
        if half not in HALF_DAYS:
            return data
        try:
            free = HalfDay(date.fromisoformat(day), half)
        except ValueError:
            return data
        data = data.copy()
        data["day"] = localize_input(free.day)
        data["starts"] = f"{timezone.localtime(free.starts_at):%H:%M}"
        data["ends"] = f"{timezone.localtime(free.ends_at):%H:%M}"
        data["last_day"] = ""
        return data

    def in_reach(self, form):
        """Refuse a day on which the locality lay elsewhere: a fact belongs to whoever answered there that day."""
        meeting = form.instance
        if not meeting.locality_id:
            return True
        day = timezone.localtime(meeting.starts_at).date()
        there = Place.objects.editable_by(self.request.user).counting_on(day).filter(locality=meeting.locality_id)
        if there.exists():
            return True
        form.add_error("day", _("On that day the locality did not exist, or was not yours to record."))
        return False

    def schedule_impact(self, meeting):
        user = self.request.user
        return schedule_impact(
            meeting,
            staff=Cadre.objects.visible_to(user),
            rows=Attendance.objects.visible_to(user),
            meetings=Meeting.objects.visible_to(user),
            now=timezone.now(),
        )


def warning_key(meeting):
    """What a warning was about: it holds for this time only, so another time is looked at again."""
    return f"{meeting.agency_id} {meeting.starts_at} {meeting.ends_at}"


class MeetingCreateView(MeetingFormView):
    """Enter a meeting: ``?locality=CODE`` of that locality, ``?of=agency`` of an agency, else choose first."""

    def title_of(self, meeting):
        if meeting.locality_id:
            return _("New meeting, %(where)s") % {"where": meeting.place}
        return _("New agency meeting")

    def dispatch(self, request, *args, **kwargs):
        self.may = may_enter(request.user)
        if not any(self.may.values()):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request):
        code = request.GET.get("locality")
        if code is not None:
            return self.answer(self.of_locality(code))
        if self.may["for_agency"] and (request.GET.get("of") == "agency" or not self.may["for_locality"]):
            return self.answer(Meeting())
        return self.choose()

    post = get

    def of_locality(self, code):
        """A meeting, not saved yet, of a locality in which the user records."""
        places = Place.objects.editable_by(self.request.user).filter(tier__in=MEETING_TIERS)
        place = get_object_or_404(places.on(today()).select_related("locality"), locality__code=code)
        return Meeting(locality=place.locality, place=place)

    def choose(self):
        """List the localities in which the user records, or those with a name."""
        name = self.request.GET.get("q", "").strip()
        places = Place.objects.editable_by(self.request.user).on(today()).filter(tier__in=MEETING_TIERS)
        places = places.select_related("locality")
        order = ["path", "sort_key"]
        if name:
            places, order = places.named(name), [in_full_first(name), *order]
        found = list(places.order_by(*order)[: OFFERED_AT_ONCE + 1])
        context = {
            "title": _("New meeting"),
            "places": found[:OFFERED_AT_ONCE],
            "more": len(found) > OFFERED_AT_ONCE,
            "q": name,
            **self.may,
        }
        return render(self.request, "meetings/choose.html", context)


class MeetingEditView(LockedMixin, MeetingFormView):
    """Change when a meeting is, or its kind. Whose it is stays: a meeting entered for the wrong one is cancelled."""

    held_model = Meeting

    def title_of(self, meeting):
        return _("Change: %(meeting)s") % {"meeting": meeting.title}

    def get(self, request, pk):
        meetings = Meeting.objects.editable_by(request.user).select_related("place", "locality", "agency")
        return self.answer(get_object_or_404(meetings, pk=pk))

    post = get


class MeetingStatusView(View):
    """Say that a meeting was held, was not held, is cancelled, or is planned again."""

    def get(self, request, pk):
        """Only a button leads here; whoever types the address is shown the meeting."""
        return redirect(self.meeting(pk))

    def post(self, request, pk):
        meeting = self.meeting(pk)
        status = request.POST.get("status")
        if status not in Meeting.Status.values:
            messages.error(request, _("Nothing was recorded. Choose what happened to the meeting."))
            return redirect(meeting)
        shown, why = request.POST.get("was", meeting.status), request.POST.get("why", "").strip()
        if status == Meeting.Status.CANCELLED and meeting.follows_a_pattern and not why:
            return self.ask_why(meeting, status, shown)
        try:
            set_status(meeting, status, was=shown, by=request.user, on=today(), why=why[:100])
        except Refused as refused:
            for sentence in [*refused.facts.get("status", []), *refused.facts.get("why", [])]:
                messages.error(request, sentence)
        else:
            word = Meeting.Status(status).label
            messages.success(request, _("Recorded: %(status)s.") % {"status": word})
        return redirect(meeting)

    def ask_why(self, meeting, status, shown):
        """Ask why a regular meeting is cancelled, before it is."""
        sent = "why" in self.request.POST
        form = CancelForm(self.request.POST if sent else None, initial={"status": status, "was": shown})
        if sent:
            form.add_error("why", say_why())
        context = {
            "title": _("Cancel: %(meeting)s") % {"meeting": meeting.title},
            "text": _("It does not come back when its pattern is planned again."),
            "form": form,
            "submit_label": _("Cancel the meeting"),
            "cancel_url": meeting.get_absolute_url(),
        }
        return render(self.request, "generic/confirm.html", context)

    def meeting(self, pk):
        meetings = Meeting.objects.editable_by(self.request.user).select_related("place", "agency")
        return get_object_or_404(meetings, pk=pk)
