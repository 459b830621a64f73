"""Who owes a report on a quarter and has handed it in, and one report with the steps it can take."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.models import Assignment
from assignments.models.posting import posting_on
from assignments.visibility import chain_of
from cadrenet import editing
from cadrenet.editing import OPENED, LockedMixin, changed_meanwhile, changed_since, seal
from cadrenet.effective_dated import in_force
from cadrenet.listing import Column, ScopedDetailView, ScopedListView
from cadrenet.periods import not_after_today, today
from reports.history import timeline_of
from reports.models import REPORTING_TIERS, QuarterlyReport, due_day
from reports.quarterly_reports.actions import STATE, answer, may_answer, may_submit, submit
from reports.quarterly_reports.filters import ReportFilter
from reports.quarterly_reports.queries import submitted_by

Status = QuarterlyReport.Status


class ReportListView(ScopedListView):
    """The reports owed on a quarter, one row per assignment: those that are missing have a row, too."""

    model = Assignment
    filterset_class = ReportFilter
    template_name = "reports/quarterly_reports/list.html"
    title = gettext_lazy("Quarterly reports")
    file_stem = "quarterly-reports"
    explained = ("reports",)
    columns = [
        Column(gettext_lazy("Locality"), "locality.place.full_path"),
        Column(gettext_lazy("Locality code"), "locality.code"),
        Column(gettext_lazy("Cadre"), "cadre.full_name"),
        Column(gettext_lazy("Agency"), "cadre.agency.name"),
        Column(gettext_lazy("State"), "state_label"),
        Column(gettext_lazy("Submitted on"), "submitted_on"),
        Column(gettext_lazy("Status"), lambda row: Status(row.report_status).label if row.report_status else ""),
    ]

    def get_file_stem(self):
        return f"quarterly-reports_{self.filterset.asked['quarter']}"

    @property
    def is_due(self):
        """Whether the time for reports on the quarter is up; until then none is missing. Of no quarter it is not."""
        return bool(self.filterset.asked.get("quarter")) and today() > self.filterset.period.due

    def with_details(self, rows):
        """The rows with their state in words."""
        words = dict(ReportFilter.State.choices)
        if not self.is_due:
            words[ReportFilter.State.MISSING] = _("not due yet")
        for row in rows:
            row.state_label = words[row.state]
        return rows

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if quarter := self.filterset.asked.get("quarter"):
            due = self.filterset.period.due
            context |= {"quarter": quarter, "due": due, "is_due": self.is_due}
        return context


class ReportView(LockedMixin, ScopedDetailView):
    """The report that an assignment owes on a quarter: whether it came, and who may take the next step."""

    # Before there is a report, the assignment that owes it stands for it.
    model = held_model = Assignment
    pk_url_kwarg = "assignment"
    context_object_name = "assignment"
    template_name = "reports/quarterly_reports/report.html"

    def get_queryset(self):
        quarter = self.kwargs["quarter"]
        owing = super().get_queryset().filter(role=Assignment.Role.IN_CHARGE, locality__tier__in=REPORTING_TIERS)
        # What was handed in stays readable, also when somebody else answered by the end of the quarter.
        written = submitted_by(str(quarter), quarter.last_day).order_by().values("pk")
        owing = owing.filter(in_force(quarter.last_day) | Q(pk__in=written))
        owing = owing.prefetch_related(posting_on(min(quarter.last_day, today()), "cadre"))
        return owing.select_related("cadre").as_of(not_after_today(quarter.last_day))

    def get_report(self):
        """The report as it stands, or None before anything was recorded."""
        assignment = self.object
        return (
            QuarterlyReport.objects.visible_to(self.request.user)
            .of(self.kwargs["quarter"])
            .filter(cadre=assignment.cadre, locality=assignment.locality)
            .first()
        )

    @property
    def has_begun(self):
        """Whether there is anything to report on yet: of a quarter to come nothing is handed in."""
        return self.kwargs["quarter"].first_day <= today()

    def get_context_data(self, **kwargs):
        assignment, quarter, user = self.object, self.kwargs["quarter"], self.request.user
        report, due = self.get_report(), due_day(quarter)
        open_steps = {
            "submit": self.has_begun and (report is None or not report.is_handed_in) and may_submit(user, assignment),
            "accept": bool(report) and report.status == Status.SUBMITTED and may_answer(user, assignment),
            "return": bool(report) and report.is_handed_in and may_answer(user, assignment),
        }
        return super().get_context_data(
            title=_("Quarterly report"),
            line=_("%(quarter)s, %(locality)s") % {"quarter": quarter.label, "locality": assignment.locality.name},
            chain=chain_of(assignment.locality.place, user),
            quarter=quarter,
            report=report,
            due=due,
            state=state_of(report, due, today()),
            steps=open_steps,
            opened=seal(editing.state_of(report, STATE)),
            events=timeline_of(report.history) if report else [],
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        """Take one step; whoever may not take it is told so, and nothing is changed."""
        assignment = self.object = self.get_object()
        quarter, report, step = kwargs["quarter"], self.get_report(), request.POST.get("step")
        if changed := changed_since(request.POST.get(OPENED, ""), editing.state_of(report, STATE)):
            messages.error(request, changed_meanwhile(report, changed))
        elif step == "submit" and self.has_begun and may_submit(request.user, assignment):
            submit(assignment, quarter, today())
            messages.success(request, _("The report is recorded as submitted."))
        elif step in ("accept", "return") and may_answer(request.user, assignment):
            if report is None:
                raise Http404
            try:
                answer(report, Status.ACCEPTED if step == "accept" else Status.RETURNED)
            except ValidationError as error:
                messages.error(request, error.messages[0])
            else:
                messages.success(
                    request, _("The report is accepted.") if step == "accept" else _("The report is sent back.")
                )
        else:
            raise PermissionDenied
        return redirect(reverse("reports:quarterly_report", args=[assignment.pk, quarter]))


def state_of(report, due, day):
    """How a report stands: on time, late, missing, or not due yet."""
    if report and report.is_handed_in:
        return "on_time" if report.submitted_on <= due else "late"
    return "missing" if day > due else ""
