"""The admin of rules with dates."""

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cadrenet.admin.lists import InForceFilter
from cadrenet.admin.rows import ScopedAdmin
from cadrenet.periods import today


class RuleAdmin(ScopedAdmin):
    """Rules with dates, which hold for everybody. ``what`` says in a sentence or two what one row does."""

    what = ""
    list_filter = (InForceFilter,)
    keeps_the_past = _(
        "To change this from a certain day on, give the row a last day and add a new row that begins on the day "
        "after: what was counted before keeps the rule of its day. Correct a row in place only where it was wrong "
        "from the beginning. A row that has been in force cannot be deleted."
    )

    def get_fieldsets(self, request, obj=None):
        description = format_html("<p>{}</p><p>{}</p>", self.what, self.keeps_the_past)
        return [(None, {"fields": self.get_fields(request, obj), "description": description})]

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or (obj.first_day is not None and obj.first_day > today()))
