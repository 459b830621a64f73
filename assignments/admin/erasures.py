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


class ErasureForm(ScopedForm):
    """Which field of a row; ``table`` and ``row`` come with the address."""

    field = forms.ChoiceField(label=_("Field"), help_text=_("Its earlier values go; what stands in it now stays."))

    class Meta:
        widgets = {"table": forms.HiddenInput, "row": forms.HiddenInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.of = self.model_of(self.data.get("table") or self.initial.get("table") or "")
        if self.of and "field" in self.fields:
            labels = erasable_fields(self.of).items()
            self.fields["field"].choices = [(name, str(label).capitalize()) for name, label in labels]

    @staticmethod
    def model_of(label):
        """Return the model of the administration that a label names, or None."""
        try:
            found = apps.get_model(label)
        except (LookupError, ValueError):
            return None
        return found if admin.site.admin_of(found) else None

    def check_rules(self):
        """Erase only in rows that one may change as a whole; any other row does not exist."""
        rows = self.of and admin.site.admin_of(self.of).editable(
            self.of._default_manager.filter(pk=self.instance.row), self.user
        )
        self.row = rows.first() if rows is not None else None
        if self.row is None:
            raise ValidationError(_("There is no such row that you may change."))


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

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        form.was = None
        made = erase(form.row, obj.field, reason=obj.reason, by=request.user)
        obj.__dict__.update(made.__dict__)
