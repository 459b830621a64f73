"""Who owes a report on a quarter and has handed it in, and one report with the steps it can take."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.models import Assignment
from assignments.models.posting import posting_on
from assignments.visibility import chain_of
from cadrenet.listing import Column, ScopedDetailView, ScopedListView
from cadrenet.periods import today
from reports.history import timeline_of
from reports.models import REPORTING_TIERS, QuarterlyReport, due_day
from reports.quarterly_reports.actions import answer, may_answer, may_submit, submit
from reports.quarterly_reports.filters import ReportFilter

Status = QuarterlyReport.Status


class ReportListView(ScopedListView):
    """The reports owed on a quarter, one row per assignment: those that are missing have a row, too."""

    model = Assignment
    filterset_class = ReportFilter
    template_name = "reports/quarterly_reports/list.html"
    title = gettext_lazy("Quarterly reports")
    columns = [
        Column(gettext_lazy("Locality"), "locality.latest.full_path"),
        Column(gettext_lazy("Locality code"), "locality.code"),
        Column(gettext_lazy("Cadre"), "cadre.full_name"),
        Column(gettext_lazy("Agency"), "cadre.agency.name"),
        Column(gettext_lazy("State"), lambda row: ReportFilter.State(row.state).label),
        Column(gettext_lazy("Submitted on"), "submitted_on"),
        Column(gettext_lazy("Status"), lambda row: Status(row.report_status).label if row.report_status else ""),
    ]
    file_stem = "quarterly-reports"

    def get_file_stem(self):
        return f"quarterly-reports_{self.filterset.asked['quarter']}"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if quarter := self.filterset.asked.get("quarter"):
            due = self.filterset.period.due
            context |= {"quarter": quarter, "due": due, "is_due": today() > due}
        return context


class ReportView(ScopedDetailView):
    """The report that an assignment owes on a quarter: whether it came, and who may take the next step."""

    model = Assignment
    pk_url_kwarg = "assignment"
    context_object_name = "assignment"
    template_name = "reports/quarterly_reports/report.html"

    def get_queryset(self):
        owing = super().get_queryset().filter(role=Assignment.Role.IN_CHARGE, locality__tier__in=REPORTING_TIERS)
        day = self.kwargs["quarter"].last_day
        owing = owing.prefetch_related(posting_on(min(day, today()), "cadre"))
        return owing.on(day).select_related("cadre", "locality__latest")

    def get_report(self):
        """The report as it stands, or None before anything was recorded."""
        assignment = self.object
        return (
            QuarterlyReport.objects.visible_to(self.request.user)
            .of(self.kwargs["quarter"])
            .filter(cadre=assignment.cadre, locality=assignment.locality)
            .first()
        )

    def get_context_data(self, **kwargs):
        assignment, quarter, user = self.object, self.kwargs["quarter"], self.request.user
        report, due = self.get_report(), due_day(quarter)
        open_steps = {
            "submit": (report is None or not report.is_handed_in) and may_submit(user, assignment),
            "accept": bool(report) and report.status == Status.SUBMITTED and may_answer(user, assignment),
            "return": bool(report) and report.is_handed_in and may_answer(user, assignment),
        }
        return super().get_context_data(
            title=_("Quarterly report"),
            line=_("%(quarter)s, %(locality)s") % {"quarter": quarter.label, "locality": assignment.locality.name},
            chain=chain_of(assignment.locality.latest, user),
            quarter=quarter,
            report=report,
            due=due,
            state=state_of(report, due, today()),
            steps=open_steps,
            events=timeline_of(report.history) if report else [],
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        """Take one step; whoever may not take it is told so, and nothing is changed."""
        assignment = self.object = self.get_object()
        quarter, report, step = kwargs["quarter"], self.get_report(), request.POST.get("step")
        if step == "submit" and may_submit(request.user, assignment):
            submit(assignment, quarter, today())
            messages.success(request, _("The report is recorded as submitted."))
        elif step in ("accept", "return") and may_answer(request.user, assignment):
            if report is None:
                raise Http404
            answer(report, Status.ACCEPTED if step == "accept" else Status.RETURNED)
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
