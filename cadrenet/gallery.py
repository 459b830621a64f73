"""Every component once, on one page: to look at, and for a test that renders them all."""

from datetime import date, timedelta
from decimal import Decimal

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cadrenet.dates import DayField
from cadrenet.figures import percent
from cadrenet.templatetags.figures import count, money, pct, points
from cadrenet.templatetags.status import STATUSES
from cadrenet.texts import FreeTextInput

QUALITY = [("good", gettext_lazy("Good")), ("adequate", gettext_lazy("Adequate")), ("weak", gettext_lazy("Weak"))]


class SampleForm(forms.Form):
    """One field of each kind, with an error in the second."""

    first_day = DayField(label=gettext_lazy("In charge from"))
    last_day = DayField(
        label=gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("The last day counts. Empty while the assignment is open."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[("in_charge", gettext_lazy("In charge")), ("head", gettext_lazy("Group head"))],
    )
    quality = forms.ChoiceField(
        label=gettext_lazy("Organisation"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("good", gettext_lazy("Good")),
            ("adequate", gettext_lazy("Adequate")),
            ("weak", gettext_lazy("Weak")),
        ],
    )
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("Topics"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("security", gettext_lazy("Security and order")), ("other", gettext_lazy("Other"))],
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        widget=forms.RadioSelect,
        choices=[
            ("professional_work", gettext_lazy("Professional work")),
            ("agency_meeting", gettext_lazy("Agency meeting")),
        ],
    )
    summary = FreeTextInput(
        label=gettext_lazy("Issue raised at the meeting"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Write what happened; no names, phone numbers or addresses of residents."),
    )
    urgent = forms.BooleanField(label=gettext_lazy("Pressing"), required=False)

    def clean(self):
        first_day, last_day = self.cleaned_data.get("first_day"), self.cleaned_data.get("last_day")
        if first_day and last_day and last_day < first_day:
            self.add_error("last_day", _("The last day cannot be before the first day."))


class SampleFilter(forms.Form):
    """Three filters, as a list has them."""

    quarter = forms.ChoiceField(label=gettext_lazy("Quarter"), choices=[("2022-Q4", "Quý IV/2022")], required=False)
    within = forms.ChoiceField(
        label=gettext_lazy("Within"), choices=[("", gettext_lazy("Whole district"))], required=False
    )
    urgent = forms.BooleanField(label=gettext_lazy("Pressing"), required=False)


def gallery(request):
    """Show every component once; for staff only, because it says nothing to anybody else."""
    if not request.user.is_staff:
        raise PermissionDenied
    return render(request, "gallery.html", _samples())


def _month(number):
    # Translators: a month as the head of a narrow column; vi "T%(month)s"
    return {"label": _("M%(month)s") % {"month": number}, "name": _("Month %(month)s") % {"month": number}}


def _day(day):
    sample = {"day": day, "outside": day.month == 11}
    if day.day == 5:
        sample["lines"] = [{"label": _("Cell"), "count": 14, "url": "#"}]
    elif day.day == 6:
        sample["today"] = True
    elif day.day == 9:
        sample["restricted"] = True
        sample["lines"] = [
            {"label": _("Cell"), "count": 28, "url": "#"},
            {"label": _("Agency"), "count": 5, "url": "#"},
        ]
        sample["own"] = _("Staff: %(number)s") % {"number": 5}
    return sample


def _tiles(rate):
    change = Decimal("-0.31")
    return [
        {
            "label": _("Attendance rate"),
            "value": pct(rate),
            "count": "3.785 / 4.716",
            "change": change,
            "change_text": points(change),
            "better": "up",
            "url": "#",
        },
        {
            "label": _("Not recorded yet"),
            "value": count(474),
            "count": "4.963",
            "change": 17,
            "change_text": "+17",
            "better": "down",
            "url": "#",
        },
        {"label": _("Resources mobilised"), "value": money(2160300000), "count": "45", "url": "#"},
        {"label": _("Quarterly reports on time"), "value": pct(None), "count": "0 / 0", "note": "–"},
    ]


def _samples():
    # Invented places and people; the figures are those of the reference district.
    rate = percent(3785, 4716)
    months = [Decimal(number) for number in (80, 78, 81, 80, 81, 79, 82, 80, 80, 80, 80, 81)]
    year = ["present"] * 12
    year[3], year[6], year[8], year[11] = "absent", "excused", "not_held", "unrecorded"
    communes = [("Xã Thạnh Trị", 178, 210), ("Xã Phú Hòa", 162, 201), ("Xã Vĩnh Hòa", 165, 218)]
    bound = SampleForm(
        {"first_day": "2023-01-09", "last_day": "2023-01-01", "role": "in_charge", "reason": "agency_meeting"}
    )
    return {
        "title": _("Components"),
        "line": _("Each component once, to look at and to check"),
        "chain": [
            {"label": "Huyện Mẫu", "url": "#"},
            {"label": "Nhóm 2", "url": "#"},
            {"label": "Xã Long Hiệp", "url": "#"},
            {"label": "Ấp 4", "url": "#"},
        ],
        "rate": rate,
        "tiles": _tiles(rate),
        "statuses": STATUSES,
        "watch": [
            {
                "tone": "bad",
                "text": _("4 hamlets have nobody in charge"),
                "url": "#",
                "detail": "Bình Trị (1), Hưng Hòa (2)",
            },
            {"tone": "warn", "icon": "clock", "text": _("14 quarterly reports are missing"), "url": "#"},
        ],
        "months": [_month(number) | {"status": status} for number, status in enumerate(year, 1)],
        "month_labels": [_month(number)["label"] for number in range(1, 13)],
        "values": months,
        "with_gap": [*months[:4], None, *months[5:]],
        "communes": [
            {"label": name, "present": present, "value": percent(present, unexcused)}
            for name, present, unexcused in communes
        ],
        "tiers": [
            {
                "tier": _("Group"),
                "name": "Nguyễn Kim Nam",
                "url": "#",
                "role": _("Group head"),
                "phone": "02720000001",
            },
            {"tier": _("Hamlet"), "name": "Nguyễn Kim Phúc", "url": "#", "role": "Phòng Nội vụ", "current": True},
            {"tier": _("Commune"), "vacant": True, "role": "Xã Long Hiệp"},
        ],
        "events": [
            {"day": date(2022, 5, 15), "text": _("Took over 3 groups from Hamlet 5"), "decision": "QĐ 214/QĐ-UBND"},
            {"day": date(2021, 1, 1), "text": _("The commune belongs to Group 2")},
        ],
        "tasks": [
            {
                "status": "unrecorded",
                "text": _("Commune committee meeting"),
                "detail": "02/12/2022",
                "action_url": "#",
                "action": _("Record"),
            },
            {"day": date(2022, 12, 9), "text": _("Cell meeting"), "url": "#", "detail": "Ấp 4, Xã Long Hiệp"},
        ],
        "tabs": [
            {"label": _("Nobody in charge"), "url": "#", "count": 48, "current": True},
            {"label": _("All"), "url": "#", "count": 1795},
        ],
        "days": [_day(date(2022, 11, 28) + timedelta(days=offset)) for offset in range(14)],
        "options": [{"value": value, "label": label} for value, label in QUALITY],
        "filters": SampleFilter(prefix="filter"),
        "form": bound,
        "page_obj": Paginator(range(1795), 50).page(2),
        "sentence": _("18 of 21 commune committees completed their tasks well or better: 85.71%."),
    }
