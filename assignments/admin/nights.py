"""The administration of what runs at night: how it went, on its first page and in full."""

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from assignments.models import NightlyRun
from assignments.models.place import decides_at_the_top, decides_everywhere
from assignments.scope import reach_of
from cadrenet.admin.rows import EditAdmin
from cadrenet.admin.scope import ReadOnly, ScopedForm
from cadrenet.nights import backup_warning


@admin.register(NightlyRun)
class NightlyRunAdmin(ReadOnly, EditAdmin):
    """Backups and verifications, for whoever decides at the top: they are about the whole database."""

    form = ScopedForm
    change_form_template = "admin/nightly_run.html"
    list_display = ["began_at", "kind", "succeeded", "differences", "seconds"]
    list_filter = ["kind", "succeeded"]
    show_facets = admin.ShowFacets.NEVER

    def get_fieldsets(self, request, obj=None):
        text = _(
            "What was typed wrongly is corrected on the page of the row that a sentence names: the verification "
            "changes nothing of it. What is derived is put right on the server, by “./run manage verify --repair”. A "
            "backup that failed is made again there, once what its sentence says is seen to. More in "
            "docs/deployment.md."
        )
        fields = ["kind", "began_at", "seconds", "succeeded", "differences", "repaired"]
        # Sentences name rows of all trees.
        told = ["file", "said"] if decides_everywhere(reach_of(request.user)) else []
        return [(None, {"fields": [*fields, *told], "description": text})]

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def has_view_permission(self, request, obj=None):
        return super().has_view_permission(request, obj) and decides_at_the_top(reach_of(request.user))

    @admin.display(description=_("seconds"), ordering="took")
    def seconds(self, obj):
        return localize(round(obj.took.total_seconds(), 1))

    def index_card(self, request):
        """The last backup and the last verification, with what is wrong with them."""
        runs, now = NightlyRun.objects.all(), timezone.now()
        verified = runs.of(NightlyRun.Kind.VERIFY).first()
        return {
            "template": "admin/nights.html",
            "backup": runs.of(NightlyRun.Kind.BACKUP).first(),
            "backup_warning": backup_warning(now),
            "verified": verified,
            "verified_seconds": verified and self.seconds(verified),
            "verified_is_overdue": verified is None or verified.is_overdue(now),
        }
