"""Meetings in a list, in a month, and one by itself."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import TemplateView

from assignments.filters import counted_part, seen_locality
from assignments.scope import reach_of
from assignments.visibility import can_see_place, chain_of
from cadrenet.listing import Column, ScopedDetailView, ScopedListView
from cadrenet.periods import today
from meetings import queries
from meetings.agency_meetings.forms import agency_form
from meetings.corrections import corrections_beside
from meetings.entries import last_day_in_time
from meetings.excuses import ExcuseForm, excuses_asked_of
from meetings.filters import MeetingFilter, MonthFilter
from meetings.links.opening import may_be_linked
from meetings.meeting_history import how_recorded, meeting_history
from meetings.models import Attendance, Kind, Meeting
from meetings.programmes.page import programme_context
from meetings.views.people import visible_people
from meetings.views.tabs import tabs, with_quarter

UPCOMING, NEWEST = "upcoming", "newest"
# Narrow enough for a column of a calendar.
SHORT_KINDS = {
    # Translators: short for a commune committee meeting; vi "Đảng ủy"
    Kind.COMMUNE_COMMITTEE: pgettext_lazy("kind of meeting, short", "Commune"),
    # Translators: short for a party cell meeting; vi "Chi bộ"
    Kind.CELL: pgettext_lazy("kind of meeting, short", "Cell"),
    # Translators: short for a self-governing group meeting; vi "Tổ"
    Kind.SELF_GOVERNING_GROUP: pgettext_lazy("kind of meeting, short", "Group"),
    # Translators: short for a meeting of party members at their residence; vi "Nơi cư trú"
    Kind.RESIDENCE: pgettext_lazy("kind of meeting, short", "Residence"),
    # Translators: short for an agency meeting; vi "Cơ quan"
    Kind.AGENCY: pgettext_lazy("kind of meeting, short", "Agency"),
    # Translators: short for a training session; vi "Tập huấn"
    Kind.TRAINING: pgettext_lazy("kind of meeting, short", "Training"),
}


def may_enter(user):
    """Return whose meetings a user may enter, and the button that leads there, as context of a page."""
    reach = reach_of(user)
    may = {
        "for_locality": reach.everything or bool(reach.records),
        "for_agency": reach.everything or bool(reach.records_for),
    }
    if any(may.values()):
        may |= {"create_url": reverse("meetings:meeting_create"), "create_label": _("New meeting")}
    return may


class MeetingListView(ScopedListView):
    """Meetings in the user's scope, as the calendar has them, opened at today.

    ``?sort=upcoming`` shows those from today on only, ``?sort=newest`` the last ones first, as the files have them.
    """

    model = Meeting
    filterset_class = MeetingFilter
    template_name = "meetings/list.html"
    title = gettext_lazy("Meetings")
    file_stem = "meetings"
    explained = ("meetings", "attendance")
    columns = [
        Column(gettext_lazy("Code"), "meeting.code"),
        Column(gettext_lazy("Starts at"), "meeting.starts_at"),
        Column(gettext_lazy("Ends at"), "meeting.ends_at"),
        Column(gettext_lazy("Kind"), "meeting.get_kind_display"),
        Column(gettext_lazy("Locality code"), "meeting.locality.code"),
        Column(gettext_lazy("Locality"), "meeting.place.name"),
        Column(gettext_lazy("Lies in"), "meeting.place.path"),
        Column(gettext_lazy("Agency"), "meeting.agency.name"),
        Column(gettext_lazy("Status"), "meeting.get_status_display"),
        Column(pgettext_lazy("attendance", "Expected"), "expected"),
        Column(pgettext_lazy("attendance", "Present"), "present"),
        Column(pgettext_lazy("attendance", "Not recorded yet"), "unrecorded"),
    ]

    @property
    def order(self):
        """What the address asks for; by the calendar where it says nothing."""
        asked = self.request.GET.get("sort")
        return asked if asked in (UPCOMING, NEWEST) else ""

    def get_queryset(self):
        user = self.request.user
        within, counted = (seen_locality(user, self.request.GET.get(name)) for name in ("within", "counted"))
        if part := counted_part(user, counted, within):
            found = Meeting.objects.counted_in(part)
        else:
            found = Meeting.objects.visible_to(user, within)
        found = found.with_where()
        # By day first: that is what the index knows.
        if self.order == NEWEST or "format" in self.request.GET:
            return found.order_by("-day", "-starts_at", "pk")
        found = found.order_by("day", "starts_at", "pk")
        return found.filter(day__gte=today()) if self.order == UPCOMING else found

    def paginate_queryset(self, queryset, page_size):
        """Open the calendar where today stands, if anything is planned from today on."""
        if not self.order and not {"page", "format"} & self.request.GET.keys():
            found = queryset.aggregate(before=Count("pk", filter=Q(day__lt=today())), all=Count("pk"))
            if found["before"] < found["all"]:
                self.kwargs["page"] = found["before"] // page_size + 1
        return super().paginate_queryset(queryset, page_size)

    def with_details(self, meetings):
        """The meetings with the attendance that the reader may see."""
        return queries.with_attendance_counts(meetings, reach_of(self.request.user))

    def get_file_rows(self):
        self.object_list = self.object_list.select_related("place", "agency", "locality")
        return super().get_file_rows()

    def get_filterset_kwargs(self, filterset_class):
        kwargs = {**super().get_filterset_kwargs(filterset_class), "on": today()}
        # Opened without a question: of years of meetings the last ones are meant.
        if self.order != UPCOMING and not (kwargs["data"] or {}).keys() - {"page", "format", "sort"}:
            kwargs["data"] = with_quarter(self.request)
        return kwargs

    def get_context_data(self, **kwargs):
        query = self.request.GET.copy()
        for name in ("page", "sort", "format"):
            query.pop(name, None)
        return super().get_context_data(
            tabs=tabs("list", self.request.user),
            orders=[
                {"label": label, "url": None if sort == self.order else f"?{with_sort(query, sort)}"}
                for sort, label in (
                    ("", _("By day, from today")),
                    (UPCOMING, _("From today on only")),
                    (NEWEST, _("Newest first")),
                )
            ],
            today=today(),
            keep={"sort": self.order} if self.order else {},
            **may_enter(self.request.user),
            **kwargs,
        )


def with_sort(query, sort):
    """The query of an address, with the order of the list."""
    return "&".join(part for part in (query.urlencode(), f"sort={sort}" if sort else "") if part)


class MonthView(TemplateView):
    """A month of meetings: per day how many of each kind, the restricted days, and where own staff are expected."""

    template_name = "meetings/month.html"

    def get_context_data(self, month, **kwargs):
        user, reach = self.request.user, reach_of(self.request.user)
        weeks = month.weeks
        first_day, last_day = weeks[0][0], weeks[-1][-1]
        filter = MonthFilter(
            self.request.GET,
            queryset=Meeting.objects.visible_to(user).due().filter(day__range=(first_day, last_day)),
            request=self.request,
            month=month,
        )
        found = queries.meetings_by_day(filter.qs) if filter.is_valid() else {}
        days = [day for week in weeks for day in week]
        calendar = {
            "month": month,
            "counts": found,
            "restricted": queries.restricted_days(days),
            "staff": queries.staff_by_day(reach.agencies, first_day, last_day) if reach.agencies else {},
            "own": self.own_days(reach, first_day, last_day),
        }
        entering = may_enter(user)
        if entering["for_agency"]:
            entering |= {
                "form": agency_form(user, today()),
                "look_url": f"{reverse('meetings:meeting_create')}?of=agency",
                "look": None,
            }
        return super().get_context_data(
            title=_("Meetings in %(month)s") % {"month": month.label},
            month=month,
            this_month=type(month).of(today()),
            days=[self.day_of(day, calendar) for day in days],
            query=self.request.GET.urlencode(),
            restricted=sorted({day.day for day in calendar["restricted"]}),
            has_staff=bool(reach.agencies),
            is_cadre=bool(reach.cadre),
            filter=filter,
            tabs=tabs("month"),
            **entering,
            **kwargs,
        )

    def own_days(self, reach, first_day, last_day):
        """Days on which the user is expected somewhere."""
        if not reach.cadre:
            return {}
        rows = Attendance.objects.visible_to(self.request.user).filter(
            cadre=reach.cadre, expected=True, day__range=(first_day, last_day)
        )
        found = {}
        for day in rows.order_by().values_list("day", flat=True):
            found[day] = found.get(day, 0) + 1
        return found

    def day_of(self, day, calendar):
        address, query = reverse("meetings:meetings"), self.request.GET.copy()
        lines = []
        for kind, number in calendar["counts"].get(day, {}).items():
            query["first_day"] = query["last_day"] = str(day)
            query["kind"], query["status"] = kind, "due"
            lines.append({"label": SHORT_KINDS[kind], "count": number, "url": f"{address}?{query.urlencode()}"})
        own = ""
        if number := calendar["staff"].get(day):
            # Translators: own staff who are expected at locality meetings on a day; vi "Cán bộ: %(number)s"
            own = _("Staff: %(number)s") % {"number": number}
        elif number := calendar["own"].get(day):
            # Translators: meetings of a day at which the reader is expected; vi "Đồng chí: %(number)s"
            own = _("You: %(number)s") % {"number": number}
        return {
            "day": day,
            "outside": day.month != calendar["month"].number,
            "today": day == today(),
            "restricted": day in calendar["restricted"],
            "lines": lines,
            "own": own,
        }


class MeetingView(ScopedDetailView):
    """One meeting: its facts, who came as far as the reader may see, and who said so."""

    model = Meeting
    template_name = "meetings/meeting.html"
    context_object_name = "meeting"
    related = ["place", "agency", "locality", "pattern"]

    def get_context_data(self, **kwargs):
        user, meeting, reach = self.request.user, self.object, reach_of(self.request.user)
        rows = Attendance.objects.visible_to(user).filter(meeting=meeting).with_names().order_by("cadre__sort_key")
        rows = list(rows)
        mine = Attendance.objects.editable_by(user).filter(meeting=meeting).values_list("cadre", flat=True)
        recordable = set(mine)
        may_edit = Meeting.objects.editable_by(user).filter(pk=meeting.pk).exists()
        whole = may_edit or can_see_place(meeting.place, user) or meeting.agency_id in reach.agencies
        late, by_link = how_recorded(meeting)
        texts = self.words_read(rows)
        excusable = set()
        if any(row.asks_excuse for row in rows):
            excusable = set(excuses_asked_of(user).filter(meeting=meeting).values_list("pk", flat=True))
        beside = corrections_beside(rows, recordable, user)
        lines = [RosterLine(row, meeting, late, by_link, texts, reach, excusable) for row in rows]
        return super().get_context_data(
            title=meeting.title,
            chain=chain_of(meeting.place, user),
            # Nobody met, so nobody was a guest: all that was said beforehand stands together.
            people=[line for line in lines if line.row.expected or meeting.took_no_place],
            guests=[line for line in lines if not (line.row.expected or meeting.took_no_place)],
            known_people=visible_people(rows, user),
            corrections=beside,
            may_edit=may_edit,
            may_record=may_edit or bool(recordable),
            may_link=may_be_linked(meeting, today())
            and any(row.expected and row.cadre_id in recordable for row in rows),
            whole=whole,
            # Planned for a day on which its locality no longer exists.
            beyond=meeting.is_beyond_the_end,
            others_hidden=not whole,
            households=self.households(whole, recordable or may_edit),
            clashes=self.clashes(),
            events=meeting_history(meeting, cadres=[row.cadre_id for row in rows], whole=whole, texts=texts),
            over=meeting.day <= today(),
            in_time_until=last_day_in_time(meeting.day, queries.late_entry_days(meeting.day)),
            today=today(),
            **programme_context(meeting, user, whole=whole, may_edit=may_edit),
            **kwargs,
        )

    def words_read(self, rows):
        """Ids of the cadres whose words the reader may read, also those of before."""
        user = self.request.user
        found = Attendance.objects.visible_to(user).filter(meeting=self.object).words_read_by(user).order_by()
        return set(found.values_list("cadre", flat=True)) if rows else set()

    def households(self, whole, records):
        """What may be told of the households: small numbers stay in the commune, where everybody knows them."""
        meeting = self.object
        if not whole or meeting.kind != Kind.SELF_GOVERNING_GROUP or meeting.households_represented is None:
            return None
        least = queries.small_number(meeting.day)
        if not records and meeting.households_represented < least and not self.of_the_commune():
            return {"few": least}
        return {"represented": meeting.households_represented, "total": meeting.households_total}

    def of_the_commune(self):
        reach, place = reach_of(self.request.user), self.object.place
        return any(
            (tier, getattr(place, f"{tier}_id")) in reach.sees
            for tier in ("commune", "hamlet", "self_governing_group")
        )

    def clashes(self):
        """Who is expected elsewhere at the same time, as far as the reader may see and as far as ends are known."""
        assumed = queries.assumed_length(self.object.day)
        found = queries.clashes_of(self.object, assumed).visible_to(self.request.user).with_names()
        return list(found.order_by("cadre__sort_key", "pk")[:20])


class RosterLine:
    """One cadre on the roster of a page."""

    def __init__(self, row, meeting, late, by_link, texts, reach, excusable):
        self.row = row
        self.late = row.cadre_id in late
        self.by_link = row.cadre_id in by_link and row.status != Attendance.Status.UNRECORDED
        # Words about an absence are for the cadre and those who decide about an excuse.
        self.note = row.note if row.cadre_id in texts else ""
        self.own = row.cadre_id == reach.cadre
        self.status = "guest" if row.is_guest and row.status == Attendance.Status.PRESENT else row.status
        if row.asks_excuse:
            self.status = "asked"
        # The form by which the reader decides about the excuse, if that is his.
        self.excuse = ExcuseForm(row) if row.pk in excusable else None
        if meeting.took_no_place and row.status in (Attendance.Status.PRESENT, Attendance.Status.UNRECORDED):
            # Of a meeting that took place nowhere nobody is called present, and nobody is asked.
            self.status = meeting.status
