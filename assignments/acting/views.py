"""Acting for another: who acts for whom and until when, a new entry, and its early end."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from django.views.generic.detail import SingleObjectMixin

from assignments.acting.filters import ActingFilter
from assignments.acting.forms import ActingForm, EndActingForm
from assignments.actions import begin_acting, end_acting
from assignments.forms import refuse_with
from assignments.models import Acting
from assignments.models.posting import posting_on
from assignments.views import DecidingMixin, tabs
from cadrenet.editing import EditView
from cadrenet.listing import Column, ScopedListView
from cadrenet.periods import today
from cadrenet.templatetags import figures


class ActingsView(DecidingMixin, ScopedListView):
    """Who acts for whom: today and later, or all that there ever was."""

    model = Acting
    filterset_class = ActingFilter
    template_name = "assignments/acting/list.html"
    title = gettext_lazy("Acting for others")
    file_stem = "acting"
    columns = [
        Column(gettext_lazy("Code"), "absent.code"),
        Column(gettext_lazy("Who is away"), "absent.full_name"),
        Column(gettext_lazy("Code of who acts"), "cadre.code"),
        Column(gettext_lazy("Who acts"), "cadre.full_name"),
        Column(gettext_lazy("From"), "first_day"),
        Column(gettext_lazy("Until"), "last_day"),
        Column(gettext_lazy("Decision number"), "decision_number"),
    ]
    related = ["cadre", "absent"]
    ordering = ["-first_day", "pk"]

    def get_queryset(self):
        day = today()
        return super().get_queryset().prefetch_related(posting_on(day, "cadre"), posting_on(day, "absent"))

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        rows, day = list(context["object_list"]), today()
        mine = Acting.objects.editable_by(self.request.user).filter(pk__in=[row.pk for row in rows])
        mine = set(mine.order_by().values_list("pk", flat=True))
        return context | {
            "rows": [
                {"acting": row, "state": state_of(row, day), "may_end": row.pk in mine and row.last_day >= day}
                for row in rows
            ],
            "tabs": tabs("acting", self.request),
            "create_url": reverse("assignments:acting_create"),
            "create_label": _("Let somebody act"),
        }


def state_of(acting, day):
    """Whether it goes on, lies ahead or has ended, as a chip says it: (symbol, words)."""
    if acting.holds_on(day):
        return ("check", _("acts today"))
    return ("clock", _("later")) if acting.first_day > day else ("dash", _("ended"))


class ActingCreateView(DecidingMixin, FormView):
    """Let one cadre act for another, from one day to another; an address may name both (absent, cadre)."""

    form_class = ActingForm
    template_name = "assignments/acting/form.html"

    def get_initial(self):
        asked = {name: self.request.GET[name] for name in ("absent", "cadre") if self.request.GET.get(name)}
        return {"first_day": today(), **asked}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form):
        acting = form.acting
        refuse_with(form, lambda: begin_acting(acting))
        if form.errors:
            return self.form_invalid(form)
        messages.success(
            self.request,
            _("%(cadre)s acts for %(absent)s from %(first_day)s to %(last_day)s.")
            % {
                "cadre": acting.cadre.full_name,
                "absent": acting.absent.full_name,
                "first_day": figures.day(acting.first_day),
                "last_day": figures.day(acting.last_day),
            },
        )
        return redirect("assignments:actings")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=_("Let somebody act"),
            line=_("Who sees the places and tasks of whoever is away, and until when"),
            cancel_url=reverse("assignments:actings"),
            **kwargs,
        )


class ActingEndView(EditView, DecidingMixin, SingleObjectMixin, FormView):
    """End acting for another before its day; what has not begun yet is taken back."""

    held_model = Acting
    form_class = EndActingForm
    template_name = "generic/form.html"

    def get_queryset(self):
        return Acting.objects.editable_by(self.request.user).select_related("cadre", "absent")

    def prepare(self):
        # Here, so that a row that is not the user's to change does not exist for any method.
        self.object = self.get_object()
        if self.object.last_day < today():
            messages.info(self.request, _("This has ended already."))
            return redirect("assignments:actings")
        return None

    @property
    def is_ahead(self):
        """Whether it has not begun yet."""
        return self.object.first_day > today()

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        if self.is_ahead:
            del form.fields["last_day"]
        return form

    def get_initial(self):
        return {"last_day": max(self.object.first_day, today() - timedelta(days=1))}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"acting": self.object}

    def form_valid(self, form):
        acting = self.object
        if self.is_ahead:
            acting.delete()
            messages.success(self.request, _("Taken back: nobody acts for %(absent)s.") % {"absent": acting.absent})
            return redirect("assignments:actings")
        last_day = form.cleaned_data["last_day"]
        refuse_with(form, lambda: end_acting(acting, last_day=last_day))
        if form.errors:
            return self.form_invalid(form)
        messages.success(
            self.request,
            _("%(cadre)s acts for %(absent)s until %(day)s.")
            % {"cadre": acting.cadre, "absent": acting.absent, "day": figures.day(last_day)},
        )
        return redirect("assignments:actings")

    def get_context_data(self, **kwargs):
        acting = self.object
        return super().get_context_data(
            title=_("Take it back") if self.is_ahead else _("End it early"),
            line=_("%(cadre)s acts for %(absent)s from %(first_day)s to %(last_day)s.")
            % {
                "cadre": acting.cadre,
                "absent": acting.absent,
                "first_day": figures.day(acting.first_day),
                "last_day": figures.day(acting.last_day),
            },
            submit_label=_("Take it back") if self.is_ahead else _("End it"),
            cancel_url=reverse("assignments:actings"),
            **kwargs,
        )
