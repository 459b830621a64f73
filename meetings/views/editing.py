"""Enter a meeting, change it, or say that it does not take place."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from assignments.models import Place, Tier
from assignments.visibility import chain_of
from cadrenet.editing import LockedMixin, as_stale
from cadrenet.periods import today
from cadrenet.texts import in_full_first
from meetings.actions import set_status
from meetings.agency_meetings.look import Proposal
from meetings.agency_meetings.views import AgencyMeetingMixin, look_for
from meetings.entries import Refused, say_why
from meetings.models import Meeting
from meetings.queries import assumed_length, clashes_of, hold_agencies
from meetings.schedule_forms import CancelForm, LocalityMeetingForm
from meetings.views.meetings import may_enter

MEETING_TIERS = [Tier.COMMUNE, Tier.HAMLET, Tier.SELF_GOVERNING_GROUP]
OFFERED_AT_ONCE = 30


class MeetingFormView(AgencyMeetingMixin, View):
    """What entering and changing a meeting share: the form of a locality's meeting, or that of an agency's."""

    title = submit_label = ""

    def answer(self, meeting):
        """Show the form, or save what was typed into it."""
        return self.answer_locality(meeting) if meeting.locality_id else self.answer_agency(meeting)

    def answer_locality(self, meeting):
        request = self.request
        data = request.POST if request.method == "POST" else None
        form = LocalityMeetingForm(data=data, instance=meeting, user=request.user, on=today())
        valid = data is not None and form.is_valid() and self.in_reach(form)
        if valid and (saved := form.save(form.cleaned_data.get("why", ""))):
            messages.success(request, _("Saved: %(meeting)s.") % {"meeting": saved.title})
            self.tell_agency_meetings(saved)
            return redirect(saved)
        context = {
            "title": self.title_of(meeting),
            "form": form,
            "meeting": meeting,
            "chain": chain_of(meeting.place, request.user),
            "cancel_url": meeting.get_absolute_url() if meeting.pk else reverse("meetings:meetings"),
        }
        return as_stale(render(request, "meetings/form.html", context), form, request)

    def tell_agency_meetings(self, meeting):
        """Say whom of those expected the own agency keeps: the locality goes first, and the agency sees it listed."""
        found = clashes_of(meeting, assumed_length(meeting.day)).visible_to(self.request.user)
        people = found.order_by().values("cadre").distinct().count()
        if not people:
            return
        text = ngettext(
            "The agency of %(number)s person expected here meets at that time, and finds this in its list.",
            "The agencies of %(number)s people expected here meet at that time, and find this in their lists.",
            people,
        )
        messages.warning(self.request, text % {"number": people})

    def in_reach(self, form):
        """Refuse a day on which the locality lay elsewhere: a fact belongs to whoever answered there that day."""
        meeting = form.instance
        day = timezone.localtime(meeting.starts_at).date()
        there = Place.objects.editable_by(self.request.user).counting_on(day).filter(locality=meeting.locality_id)
        if there.exists():
            return True
        form.add_error("day", _("On that day the locality did not exist, or was not yours to record."))
        return False


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

    @transaction.atomic
    def post(self, request, pk):
        meeting = self.meeting(pk)
        status = request.POST.get("status")
        if status not in Meeting.Status.values:
            messages.error(request, _("Nothing was recorded. Choose what happened to the meeting."))
            return redirect(meeting)
        shown, why = request.POST.get("was", meeting.status), request.POST.get("why", "").strip()
        if status == Meeting.Status.CANCELLED and meeting.follows_a_pattern and not why:
            return self.ask_why(meeting, status, shown)
        if self.stands_in_the_way(meeting, status):
            messages.warning(
                request,
                _("Nothing was changed: by now something stands in the way at that time. Change it, or say why."),
            )
            return redirect("meetings:meeting_edit", pk)
        try:
            set_status(meeting, status, was=shown, by=request.user, on=today(), why=why[:100])
        except Refused as refused:
            for sentence in [*refused.facts.get("status", []), *refused.facts.get("why", [])]:
                messages.error(request, sentence)
        else:
            word = Meeting.Status(status).label
            messages.success(request, _("Recorded: %(status)s.") % {"status": word})
        return redirect(meeting)

    def stands_in_the_way(self, meeting, status):
        """Whether an agency's meeting that was cancelled would come back onto a clash without a reason."""
        back = meeting.agency_id and meeting.status == Meeting.Status.CANCELLED and status == Meeting.Status.PLANNED
        if not back or meeting.override_reason:
            return False
        hold_agencies([meeting.agency_id])
        return look_for(self.request.user, Proposal.of(meeting)).needs_reason

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
