"""The two lists of whom to remind, with the telephone of the office; and that somebody was reminded."""

import django_filters
from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from assignments.models import Agency
from cadrenet.listing import ChoiceColumn, Column, ScopedListView
from cadrenet.periods import today
from meetings.filters import ListFilter, StaffChoiceFilter, WithinChoiceFilter
from meetings.models import Attendance, Kind, Reminder
from meetings.reminders.actions import note_reminder
from meetings.reminders.queries import last_reminders, to_remind
from meetings.views.people import visible_people
from meetings.views.tabs import tabs


class RemindFilter(ListFilter):
    """One of the two lists, by place and agency."""

    # Chosen by the tabs above.
    what = django_filters.ChoiceFilter(choices=Reminder.What, widget=forms.HiddenInput, method="leave")
    within = WithinChoiceFilter(label=gettext_lazy("Within"))
    agency = StaffChoiceFilter(Agency, label=gettext_lazy("Agency"), empty_label=gettext_lazy("All"))

    def leave(self, queryset, name, value):
        # The view begins with the rows of this list.
        return queryset


class RemindView(ScopedListView):
    """Who missed two meetings in a row, or of whom nothing is recorded for two months, as far as the reader sees."""

    filterset_class = RemindFilter
    template_name = "meetings/remind.html"
    title = gettext_lazy("To remind")
    file_stem = "to-remind"
    # Without telephones: a file goes further than a page.
    columns = [
        Column(gettext_lazy("Cadre code"), "cadre.code"),
        Column(gettext_lazy("Full name"), "cadre.full_name"),
        Column(gettext_lazy("Agency"), "agency.name"),
        ChoiceColumn(gettext_lazy("Kind"), "meeting.kind", Kind.choices),
        Column(gettext_lazy("Locality"), "meeting.place.name"),
        Column(gettext_lazy("Lies in"), "meeting.place.path"),
        Column(gettext_lazy("First day"), lambda row: getattr(row, "day_before", None) or row.day),
        Column(gettext_lazy("Last day"), lambda row: row.day if hasattr(row, "day_before") else None),
        Column(gettext_lazy("Meetings not recorded"), lambda row: getattr(row, "number", None)),
        Column(gettext_lazy("Reminded on"), "reminder.day"),
        Column(gettext_lazy("Reminded by"), "reminder.by"),
    ]

    @property
    def what(self):
        asked = self.request.GET.get("what")
        return asked if asked in Reminder.What.values else Reminder.What.MISSED.value

    def get_queryset(self):
        self.queryset = to_remind(self.what, today())
        return super().get_queryset().with_names()

    def get_filterset_kwargs(self, filterset_class):
        query = self.request.GET.copy()
        query.setdefault("what", self.what)
        return {**super().get_filterset_kwargs(filterset_class), "data": query}

    def with_details(self, rows):
        rows = list(rows)
        told = last_reminders({row.cadre_id for row in rows}, self.what)
        for row in rows:
            row.reminder = told.get(row.cadre_id)
        return rows

    def get_context_data(self, **kwargs):
        user = self.request.user
        context = super().get_context_data(tabs=tabs("remind", user), **kwargs)
        rows = context["rows"]
        keys = [row.pk for row in rows]
        mine = set(
            Attendance.objects.visible_to(user)
            .excused_by(user)
            .filter(pk__in=keys)
            .order_by()
            .values_list("pk", flat=True)
        )
        return context | {
            "what": self.what,
            "line": _("Who was absent twice running, and of whom nothing is known. Not recorded is not absent."),
            "mine": mine,
            "known_people": visible_people(rows, user),
            "lists": self.lists(),
        }

    def lists(self):
        """Both lists, each with how many it holds of what the reader sees."""
        found = []
        for what in Reminder.What:
            number = to_remind(what, today()).visible_to(self.request.user).count()
            url = f"{reverse('meetings:remind')}?what={what.value}"
            found.append({"label": what.label, "url": url, "count": number, "current": what == self.what})
        return found


class ReminderView(View):
    """Note that a cadre was reminded: one tap, for whoever decides about excuses there."""

    http_method_names = ["post"]

    def post(self, request, pk):
        what = request.POST.get("what")
        if what not in Reminder.What.values:
            raise Http404
        rows = Attendance.objects.visible_to(request.user).excused_by(request.user)
        row = (
            rows.filter(pk__in=to_remind(what, today()).filter(cadre=pk).values("pk")).select_related("cadre").first()
        )
        if row is None:
            raise Http404
        new = note_reminder(row.cadre_id, what=what, by=request.user, on=today())
        text = _("Noted: %(name)s was reminded.") if new else _("It was noted today already: %(name)s was reminded.")
        messages.success(request, text % {"name": row.cadre.full_name})
        back = request.POST.get("back", "")
        safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
        return redirect(back if safe else f"{reverse('meetings:remind')}?what={what}")
