"""Tables in and out of the administration: a preview with what is wrong by line, then everything or nothing.

The columns are those of the files by which an office moves in (docs: “A district as a folder of CSV files”), so what
was exported can be changed in a spreadsheet program and imported again.
"""

import secrets
from hashlib import sha256
from pathlib import Path

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from cadrenet.cells import BadFile
from cadrenet.export import csv_response
from cadrenet.races import Busy
from cadrenet.tables.importing import MAX_BYTES, MAX_ROWS, Outcome
from cadrenet.tables.telling import gathered_by_line
from cadrenet.workbook import table_response

# A page of thousands of lines helps nobody.
SHOWN = 500
# How long a file is kept between its preview and its confirmation, in seconds.
KEPT = 3600


class UploadForm(forms.Form):
    """One file. What it is, is seen from its content."""

    file = forms.FileField(label=_("File"), widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}))

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(
                _("The file is larger than %(size)s. Split it into several files."),
                params={"size": filesizeformat(MAX_BYTES)},
            )
        if Path(file.name).suffix.lower() not in (".csv", ".xlsx"):
            raise ValidationError(_("Choose a file whose name ends in .csv or .xlsx."))
        return file


class ConfirmForm(forms.Form):
    """Which upload is confirmed."""

    upload = forms.CharField(widget=forms.HiddenInput)
    file_name = forms.CharField(widget=forms.HiddenInput)
    accepted = forms.BooleanField(label=_("I have looked at these lines, and they are meant so."), required=False)


class Preview:
    """A row of a preview: each cell as it will be, and where that differs, as it was."""

    def __init__(self, change):
        self.is_new = change.was is None
        self.cells = change.after if self.is_new else list(map(difference, change.before, change.after))


def difference(before, after):
    if before == after or not before:
        return after
    return format_html("<del>{}</del> <ins>{}</ins>", before, after or "–")


class TableAdmin:
    """Adds import and export of a table to a ``ScopedAdmin``. ``file_stem`` names the exported file."""

    table_import = None
    file_stem = ""
    change_list_template = "admin/table_change_list.html"
    actions = ("export_selected",)

    def has_import_permission(self, request):
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request):
        return self.has_view_permission(request)

    def table_url(self, name):
        """Return the address of one of this table's pages."""
        return reverse(f"admin:{self.page_name(name)}")

    def page_name(self, name):
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def get_urls(self):
        pages = {
            "import/": ("import", self.import_view),
            "import/confirm/": ("import_confirm", self.confirm_view),
            "export/": ("export", self.export_csv),
            "export/xlsx/": ("export_xlsx", self.export_workbook),
        }
        own = [
            path(address, self.admin_site.admin_view(view), name=self.page_name(name))
            for address, (name, view) in pages.items()
        ]
        return own + super().get_urls()

    def changelist_view(self, request, extra_context=None):
        permissions = {
            "has_import_permission": self.has_import_permission(request),
            "has_export_permission": self.has_export_permission(request),
        }
        return super().changelist_view(request, {**(extra_context or {}), **permissions})

    # --- In

    def import_view(self, request):
        """Take a file and show what importing it would do."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if not form.is_valid():
            return self.import_page(request, form)
        file = form.cleaned_data["file"]
        data = file.read()
        outcome = self.write(request, data, file.name, dry_run=True)
        if outcome.errors:
            return self.import_page(request, form, outcome.errors)
        return self.preview_page(request, data, file.name, outcome)

    def preview_page(self, request, data, file_name, outcome):
        """Show what importing a file would do, and keep it with that until it is confirmed."""
        token = secrets.token_hex()
        cache.set(self.upload_key(request, token), (data, outcome.digest, bool(outcome.warnings)), KEPT)
        preview = {
            "confirm_form": ConfirmForm(initial={"upload": token, "file_name": file_name}),
            "totals": outcome.totals,
            "warnings": gathered_by_line(outcome.warnings)[:SHOWN],
            "rows": [Preview(change) for change in outcome.changes[:SHOWN]],
            "more_rows": max(len(outcome.changes) - SHOWN, 0),
        }
        return self.import_page(request, UploadForm(), **preview)

    @method_decorator(require_POST)
    def confirm_view(self, request):
        """Write what was previewed, all of it or nothing; what would be something else by now is previewed again."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ConfirmForm(request.POST)
        key = form.is_valid() and self.upload_key(request, form.cleaned_data["upload"])
        data, seen, asks = (key and cache.get(key)) or (None, "", False)
        if not data:
            messages.error(request, _("This preview has expired or was imported already. Choose the file again."))
            return HttpResponseRedirect(self.table_url("import"))
        cache.delete(key)
        file_name = form.cleaned_data["file_name"]
        waits = asks and not form.cleaned_data["accepted"]
        outcome = self.write(request, data, file_name, dry_run=waits, seen=seen)
        if outcome.errors:
            # Somebody changed rows since the preview.
            return self.import_page(request, UploadForm(), outcome.errors)
        if outcome.is_stale:
            messages.error(
                request, _("Nothing was imported: somebody has changed these rows since the preview. Look again.")
            )
        elif waits:
            messages.error(
                request, _("Nothing was imported: look at the lines below, and tick that they are meant so.")
            )
        if outcome.is_stale or waits:
            return self.preview_page(request, data, file_name, outcome)
        totals = outcome.totals
        messages.success(
            request,
            _("Imported: %(new)s new, %(update)s changed, %(skip)s unchanged.")
            % {"new": totals["new"], "update": totals["changed"], "skip": totals["unchanged"]},
        )
        self.imported(request, outcome.changes)
        return HttpResponseRedirect(self.table_url("changelist"))

    def imported(self, request, changes):
        """Tell what follows from the rows that were imported, where something does."""

    def upload_key(self, request, token):
        """Where a file is kept, for whoever uploaded it and for this table alone, until it is confirmed."""
        # A digest, because what is typed in place of a token may be no key of a cache.
        digest = sha256(token.encode()).hexdigest()
        return f"import:{self.opts.label_lower}:{request.user.pk}:{digest}"

    def write(self, request, data, file_name, dry_run=False, seen=None):
        """Import a file within this user's scope; return the ``Outcome``."""
        table = self.table_import(request.user)
        try:
            return table.write(table.read(data), file_name, dry_run, seen)
        except BadFile as bad:
            return Outcome(errors=[(line, [sentence]) for line, sentence in bad.errors])
        except Busy as busy:
            return Outcome(errors=[(None, [str(busy)])])

    def import_page(self, request, form, errors=(), **preview):
        """Show the form, and what is wrong with the file or what would happen to its rows."""
        told = gathered_by_line(errors)
        context = self.admin_site.each_context(request) | {
            "title": _("Import"),
            "subtitle": self.opts.verbose_name_plural,
            "opts": self.opts,
            "form": form,
            "columns": self.table_import.table.names,
            "headings": [(column.name, column.vietnamese[0]) for column in self.table_import.table.columns],
            "needed": self.table_import.needed(),
            "max_rows": MAX_ROWS,
            "max_bytes": MAX_BYTES,
            "row_errors": tuple(told[:SHOWN]),
            "more_errors": max(len(told) - SHOWN, 0),
            **preview,
        }
        return TemplateResponse(request, "admin/table_import.html", context)

    # --- Out

    def export_rows(self, queryset):
        return queryset

    def export_file(self, request, queryset, workbook=False):
        """Send the rows as a file, in the columns in which they can be imported."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        table = self.table_import(request.user)
        rows = (table.cells(row) for row in self.export_rows(queryset).iterator(2000))
        if workbook:
            return table_response(self.file_stem, table.table.names, rows)
        return csv_response(self.file_stem, table.table.names, rows)

    def export_csv(self, request, workbook=False):
        """Send the rows of the list, as it is filtered."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return HttpResponseRedirect(self.table_url("changelist"))
        return self.export_file(request, rows, workbook)

    def export_workbook(self, request):
        """Send the same rows as a workbook."""
        return self.export_csv(request, workbook=True)

    def export_selected(self, request, queryset):
        return self.export_file(request, queryset)

    export_selected.short_description = _("Export the chosen rows as CSV")
