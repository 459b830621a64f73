"""The administration of guidance, of where it was passed on, and of what is said about programmes."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from assignments.admin.shared import AsOfToday, CommuneOfRow, named
from cadrenet.admin.rows import ScopedAdmin
from cadrenet.admin.scope import HasPages, ReadOnly
from cadrenet.admin.tables import TableAdmin
from meetings.imports import GuidanceImport
from meetings.models import Feedback, Guidance, PassedOn


@admin.register(Guidance)
class GuidanceAdmin(AsOfToday, TableAdmin, HasPages, ScopedAdmin):
    """Documents that are to be passed on at meetings."""

    table_import = GuidanceImport
    file_stem = "guidance"
    list_display = ["document", "title", "level", "issued_on", "due_on", "tier", "where", "last_day"]
    list_filter = ["level", "tier"]
    ordering = ["-issued_on", "pk"]
    search_fields = ["document", "title"]
    autocomplete_fields = ["locality"]
    fieldsets = [
        (
            None,
            {
                "fields": ["document", "title", "level", "issued_on", "due_on", "tier", "locality", "last_day"],
                "description": _(
                    "At all places of this tier in this part of the tree it is to be passed on. It can be ticked "
                    "when a meeting there is recorded."
                ),
            },
        ),
    ]

    @admin.display(description=_("part of the tree"), ordering="standing__sort_key")
    def where(self, obj):
        return named(obj.locality.place) or obj.locality.code


@admin.register(PassedOn)
class PassedOnAdmin(ReadOnly, AsOfToday, ScopedAdmin):
    """Where guidance was passed on. It is ticked with its meeting, or recorded on the page of the guidance."""

    list_display = ["guidance", "where", "meeting", "day", "occasion", "cadre"]
    list_filter = [CommuneOfRow]
    list_select_related = ["guidance", "meeting", "cadre"]
    ordering = ["-pk"]
    search_fields = ["standing__search_key", "locality__code"]
    fields = ["guidance", "locality", "meeting", "day", "occasion", "cadre"]

    @admin.display(description=_("locality"), ordering="standing__sort_key")
    def where(self, obj):
        return named(obj.locality.place) or obj.locality.code


@admin.register(Feedback)
class FeedbackAdmin(ReadOnly, ScopedAdmin):
    """What was said about programmes, for its history. It is given and answered on the page of its meeting."""

    list_display = ["meeting", "cadre", "text", "given_on", "taken_up"]
    list_filter = ["taken_up"]
    list_select_related = ["meeting", "cadre"]
    ordering = ["-pk"]
    search_fields = ["cadre__search_key", "meeting__code"]
    fields = ["meeting", "cadre", "text", "given_on", "taken_up", "answered_by"]
