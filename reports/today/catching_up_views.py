"""The page on which somebody catches up."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from assignments.models import Limit
from assignments.queries import read_rules
from assignments.scope import reach_of
from cadrenet.periods import ONE_DAY, today
from meetings.corrections import kept_beside
from meetings.models import Attendance
from meetings.queries import agency_meetings_beside
from reports.today.catching_up import CatchUpForm, keys_sent
from reports.today.page import CATCH_UP
from reports.today.queries import own_unrecorded


class CatchingUpView(TemplateView):
    """The user's own meetings of which nothing is recorded, the newest first, with one saving for all."""

    template_name = "reports/today/catching_up.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.form = None

    def dispatch(self, request, *args, **kwargs):
        if reach_of(request.user).cadre is None:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def read(self, sent=frozenset()):
        """The rows that are left, and those about which something was sent: somebody else may have said it."""
        cadre, day = reach_of(self.request.user).cadre, today()
        rows = {row.pk: row for row in own_unrecorded(cadre, day - CATCH_UP, day - ONE_DAY)}
        if more := sent - set(rows):
            found = Attendance.objects.editable_by(self.request.user).filter(pk__in=more, cadre=cadre, expected=True)
            rows |= {row.pk: row for row in found.select_related("meeting", "meeting__place")}
        return sorted(rows.values(), key=lambda row: (row.meeting.starts_at, row.pk), reverse=True)

    def get_form(self, rows, data=None, show=True):
        rules = read_rules()
        return CatchUpForm(
            data,
            rows=rows,
            limits={row.pk: rules.on(row.day, Limit.Name.LATE_ENTRY_DAYS) for row in rows},
            # Whoever saves is proposed nothing.
            clashes=agency_meetings_beside(rows) if show else {},
            reach=reach_of(self.request.user),
            on=today(),
        )

    def get(self, request, **kwargs):
        self.form = self.get_form(self.read())
        return super().get(request, **kwargs)

    def post(self, request, **kwargs):
        sent = keys_sent(request.POST)
        rows = self.read(sent)
        self.form = self.get_form(rows, request.POST, show="fill" in request.POST)
        if "fill" in request.POST:
            self.form.fill_present()
        elif self.save(rows, sent):
            return redirect("reports:catching_up")
        return self.render_to_response(self.get_context_data(**kwargs))

    def save(self, rows, sent):
        """Save what can be saved; return whether that was all of it. If not, the form shows the rest."""
        form = self.form
        form.is_valid()
        outcome = form.save(by=self.request.user)
        self.tell(outcome, lost=len(sent - {row.pk for row in rows}))
        if not form.errors and not outcome.refused:
            return True
        wrong = {name: sentences for name, sentences in form.errors.items() if name in form.fields}
        left = [row for row in rows if row.pk not in outcome.done]
        self.form = self.get_form(left, self.request.POST)
        self.form.is_valid()
        self.form.show_refusals(outcome.refused)
        for name in set(wrong) - set(self.form.errors):
            self.form.add_error(name if name in self.form.fields else None, wrong[name])
        return False

    def tell(self, outcome, lost):
        if outcome.saved:
            text = ngettext("%(number)s meeting saved.", "%(number)s meetings saved.", outcome.saved)
            messages.success(self.request, text % {"number": outcome.saved})
        for sentence in kept_beside(outcome.corrections):
            messages.info(self.request, sentence)
        if lost:
            text = ngettext(
                "Of %(number)s meeting nothing was recorded: you are not on its roster any more.",
                "Of %(number)s meetings nothing was recorded: you are not on their rosters any more.",
                lost,
            )
            messages.error(self.request, text % {"number": lost})
        if not (outcome.saved or outcome.refused or lost or self.form.errors):
            messages.error(self.request, _("Nothing was recorded. Choose something in at least one line."))

    def get_context_data(self, **kwargs):
        rows = self.form.all_rows
        line = ""
        if rows:
            line = ngettext(
                "%(number)s meeting at which you were expected, of which nothing is recorded",
                "%(number)s meetings at which you were expected, of which nothing is recorded",
                len(rows),
            ) % {"number": len(rows)}
        return super().get_context_data(title=_("Catching up"), line=line, form=self.form, **kwargs)
