"""The history of a row in words, within the user's scope."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper

from cadrenet.admin.scope import visible


class HistoryHelper(HistoricalRecordContextHelper):
    """Changes in words. A row that the user may not see is not named, not even where it stood once.

    Of the fields in ``unread`` it is told that they changed, and not what they held.
    """

    unread: frozenset[str] = frozenset()

    def __init__(self, model, record, name_of):
        super().__init__(model, record)
        self.name_of = name_of

    def prepare_delta_change_value(self, change, value):
        if change.field in self.unread:
            return "…"
        field = self.model._meta.get_field(change.field)
        if value is None or value == "":
            return "–"
        if field.is_relation:
            return self.name_of(field.remote_field.model, value)
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        return admin.utils.display_for_value(value, "–")


class HistoryAdmin(SimpleHistoryAdmin):
    """Who changed what and when."""

    object_history_template = "admin/history.html"

    def revert_disabled(self, request, obj=None):
        # A wrong row is corrected in its form, with all its rules, and the history shows that too.
        return True

    def history_view(self, request, object_id, extra_context=None):
        if self.get_object(request, unquote(object_id)) is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return super().history_view(request, object_id, extra_context)

    def history_view_title(self, request, obj):
        return _("History of %(name)s") % {"name": obj}

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", object_id)

    def get_history_queryset(self, request, history_manager, pk_name, object_id):
        # Names of other rows are read by key and within scope, so nothing else is joined.
        return history_manager.filter(**{pk_name: object_id}).select_related("history_user")

    def set_history_delta_changes(self, request, historical_records, foreign_keys_are_objs=False):
        super().set_history_delta_changes(request, historical_records, foreign_keys_are_objs=False)

    def get_historical_record_context_helper(self, request, historical_record):
        names = request.__dict__.setdefault("_names", {})

        def name_of(model, key):
            if (model, key) not in names:
                related = self.admin_site.admin_of(model)
                rows = related.get_queryset(request) if related else visible(model._base_manager.all(), request.user)
                row = rows.filter(pk=key).first()
                label = related.label if related else str
                names[model, key] = label(row) if row else gettext("(gone, or not in your area)")
            return names[model, key]

        return HistoryHelper(self.model, historical_record, name_of)
