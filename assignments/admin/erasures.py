"""The administration of what was erased from history. One is begun on the history of the row."""

from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from assignments.admin.shared import DecidedAtTop
from assignments.erasing import erasable_fields, erase
from assignments.models import Erasure
from cadrenet.admin.rows import ScopedAdmin
from cadrenet.admin.scope import ScopedForm
from cadrenet.codes import key_in


class ErasureForm(ScopedForm):
    """Which field of a row; ``table`` and ``row`` come with the address."""

    field = forms.ChoiceField(label=_("Field"), help_text=_("Its earlier values go; what stands in it now stays."))

    class Meta:
        widgets = {"table": forms.HiddenInput, "row": forms.HiddenInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.of = model_of(self.data.get("table") or self.initial.get("table") or "")
        if self.of and "field" in self.fields:
            labels = erasable_fields(self.of).items()
            self.fields["field"].choices = [(name, str(label).capitalize()) for name, label in labels]

    def check_rules(self):
        """Erase only in rows that one may change as a whole; any other row does not exist."""
        self.row = changeable_row(self.of, self.instance.row, self.user)
        if self.row is None:
            raise ValidationError(_("There is no such row that you may change."))


def model_of(label):
    """Return the model of the administration that a label names, or None."""
    try:
        found = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    return found if admin.site.admin_of(found) else None


def changeable_row(model, key, user):
    """Return the row of a model that a key names, as far as a user may change it as a whole; or None."""
    if model is None or key is None:
        return None
    return admin.site.admin_of(model).editable(model._default_manager.filter(pk=key), user).first()


@admin.register(Erasure)
class ErasureAdmin(DecidedAtTop, ScopedAdmin):
    """What was erased from the history of a row, by whom and why; never what it was."""

    form = ErasureForm
    list_display = ["at", "table", "row", "field", "by", "reason", "records"]
    list_select_related = ["by"]
    search_fields = ["table", "reason"]
    date_hierarchy = "at"
    fieldsets = [
        (
            None,
            {
                "fields": ["field", "reason", "table", "row"],
                "description": _(
                    "Erases what a field of one row held before, from its history. That it was erased, by whom and "
                    "why, is kept. Nobody can bring it back but from a backup of before."
                ),
            },
        )
    ]

    def add_view(self, request, form_url="", extra_context=None):
        of = model_of(request.GET.get("table", ""))
        row = changeable_row(of, key_in(request.GET.get("row")), request.user)
        named = row and f"{of._meta.verbose_name}: {admin.site.admin_of(of).label(row)}"
        return super().add_view(request, form_url, {**(extra_context or {}), "subtitle": named})

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        form.was = None
        made = erase(form.row, obj.field, reason=obj.reason, by=request.user)
        obj.__dict__.update(made.__dict__)
