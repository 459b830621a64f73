"""Tables in and out of the administration: a preview with an error for each row, then everything or nothing.

The columns are those of the files by which an office moves in (docs: “A district as a folder of CSV files”), so what
was exported can be changed in a spreadsheet program and imported again. This module knows no app.
"""

import logging
from datetime import date, datetime
from pathlib import Path

import tablib
from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.http import HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from import_export.admin import ExportMixin
from import_export.resources import Diff, ModelResource
from import_export.results import RowResult
from import_export.tmp_storages import CacheStorage
from import_export.widgets import Widget

from cadrenet.admin.scope import editable, visible
from cadrenet.export import csv_response, xlsx_response
from cadrenet.uploads import BadFile, read_table

log = logging.getLogger(__name__)

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 3000
# A page of thousands of lines helps nobody.
SHOWN = 500
DATE_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]
# Beside the file's own columns each row carries the line on which it stands.
LINE = "\N{NUMBER SIGN}line"


# --- Cells ------------------------------------------------------------------------------------------------


class Text(Widget):
    """Text as it stands in the cell."""

    def clean(self, value, row=None, **kwargs):
        return value or ""

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(value)


class Day(Text):
    """A day, written 2022-11-22 or 22/11/2022; None for an empty cell."""

    def clean(self, value, row=None, **kwargs):
        if not value:
            return None
        for pattern in DATE_FORMATS:
            try:
                return datetime.strptime(value, pattern).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        raise ValueError(_("“%(text)s” is not a day. Write it as 2022-11-22.") % {"text": value})

    def render(self, value, obj=None, **kwargs):
        return value.isoformat() if isinstance(value, date) else ""


class Number(Text):
    """A whole number; None for an empty cell."""

    def clean(self, value, row=None, **kwargs):
        if not value:
            return None
        if not (value.isascii() and value.isdigit()):
            raise ValueError(_("“%(text)s” is not a whole number.") % {"text": value})
        return int(value)


class Flag(Text):
    """Yes or no, written 1 or 0."""

    def clean(self, value, row=None, **kwargs):
        if value not in ("0", "1"):
            raise ValueError(_("Write 1 for yes and 0 for no."))
        return value == "1"

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(int(value))


class Code(Text):
    """Another row, known by its code. ``Rows`` of the resource says which may be named."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.rows = {}

    def clean(self, value, row=None, **kwargs):
        if not value:
            return None
        if value not in self.rows:
            # One sentence for what does not exist and for what may not be used: it must not tell which.
            raise ValueError(
                _("There is no %(thing)s with the code “%(code)s” that you may use here.")
                % {"thing": self.model._meta.verbose_name, "code": value}
            )
        return self.rows[value]

    def render(self, value, obj=None, **kwargs):
        return value.code if value else ""


# --- Tables -------------------------------------------------------------------------------------------------


class PlainDiff(Diff):
    """Each cell as it will be, and where that differs, as it was."""

    def __init__(self, resource, instance, new):
        super().__init__(resource, instance, new)
        # What a new row would have had by default is not how it was.
        self.left = None if new else self._read_field_values(resource, instance)

    def compare_with(self, resource, instance):
        self.right = self._read_field_values(resource, instance)

    def as_html(self):
        cells = []
        left = self.left or [""] * len(self.right)
        for before, after in zip(left, self.right, strict=True):
            if before == after or not before:
                cells.append(format_html("{}", after))
            else:
                cells.append(format_html("<del>{}</del> <ins>{}</ins>", before, after or "–"))
        return cells


class PlainRowResult(RowResult):
    """What became of a row; without its name, which may cost queries and is not shown."""

    def add_instance_info(self, instance):
        self.object_id = instance.pk


class TableResource(ModelResource):
    """A table of one model, known by codes. ``needed`` are the columns without which no row can be read."""

    needed = ()

    def __init__(self, user=None, **kwargs):
        super().__init__(**kwargs)
        self.user = user

    @classmethod
    def get_diff_class(cls):
        return PlainDiff

    @classmethod
    def get_row_result_class(cls):
        return PlainRowResult

    # --- Who may name and write what

    def get_queryset(self):
        return visible(super().get_queryset(), self.user).select_related(*self.codes)

    def usable(self, field, queryset):
        """Narrow the rows that a column may name; by default to those the user sees."""
        return visible(queryset, self.user)

    def may_write(self, instance):
        """Return whether a stored row is one that the user may change."""
        if self.user.is_superuser:
            return True
        return editable(self._meta.model._default_manager.filter(pk=instance.pk), self.user).exists()

    # --- In

    def in_order(self, rows):
        """Return the rows, (line, dict) pairs, in the order in which they can be saved one after the other."""
        return rows

    def before_import(self, dataset, **kwargs):
        columns = dataset.dict
        for field in self.fields.values():
            if isinstance(field.widget, Code) and field.column_name in dataset.headers:
                codes = {row[field.column_name] for row in columns}
                rows = self.usable(field, field.widget.model._default_manager.all())
                field.widget.rows = {row.code: row for row in rows.filter(code__in=codes)}

    def get_instance(self, instance_loader, row):
        try:
            return super().get_instance(instance_loader, row)
        except ValueError:
            # A key that cannot be read is told as that cell's error, with all others of the row.
            return None

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        errors = dict(import_validation_errors or {})
        # Rows found by their code exist; asking again for each of thousands takes as long as the rest.
        found = {name for name in self.codes if getattr(instance, f"{name}_id") is not None}
        try:
            instance.clean_fields(exclude=found | errors.keys())
            if not errors:
                # With a cell that could not be read, a rule about the whole row would only guess.
                instance.clean()
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def do_instance_save(self, instance, is_create):
        try:
            with transaction.atomic():
                super().do_instance_save(instance, is_create)
        except IntegrityError:
            # The constraint has answered; now it also says so in a sentence.
            instance.validate_unique()
            instance.validate_constraints()
            raise

    @property
    def codes(self):
        """The names of the foreign keys that are given by a code."""
        return [field.attribute for field in self.fields.values() if isinstance(field.widget, Code)]

    def before_save_instance(self, instance, row, **kwargs):
        if instance.pk and not self.may_write(instance):
            raise outside()
        instance._change_reason = (_("Import of %(file)s") % {"file": kwargs.get("file_name") or ""})[:100]

    def after_save_instance(self, instance, row, **kwargs):
        if not self.may_write(instance):
            raise outside()

    def after_import(self, dataset, result, **kwargs):
        lines = dataset[LINE]
        for row in (*result.invalid_rows, *result.error_rows):
            row.number = lines[row.number - 1]
        if result.has_errors() or result.has_validation_errors():
            return
        changed = [
            (line, row)
            for line, row in zip(lines, result.rows, strict=True)
            if row.import_type != RowResult.IMPORT_TYPE_SKIP
        ]
        for line, row in changed:
            try:
                self.check(row.instance)
            except ValidationError as error:
                result.append_invalid_row(line, {}, error)
        if not result.has_validation_errors():
            self.imported([row for _line, row in changed], dry_run=kwargs["dry_run"])

    def check(self, instance):
        """Raise ``ValidationError`` for what can be judged only when all rows stand as they will."""

    def imported(self, changed, dry_run):
        """Keep what is derived right, once, after all rows (``RowResult``) were saved."""

    # --- Out

    def header(self):
        """The names of the columns."""
        return [field.column_name for field in self.get_export_fields()]

    def cells(self, instance):
        """A row's cells: numbers and days as such, other rows by their codes."""
        values = (field.get_value(instance) for field in self.get_export_fields())
        return [value.code if isinstance(value, Model) else value for value in values]


def outside():
    """The error of a row that the user may not change."""
    return ValidationError(_("This lies outside the area in which you may change things."))


# --- Files ---------------------------------------------------------------------------------------------------


class PendingUpload(CacheStorage):
    """A file between its preview and its confirmation, where every worker finds it; forgotten after an hour."""

    CACHE_LIFETIME = 3600


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


def table_of(data, resource):
    """Return the rows of an uploaded file, in the order in which they can be saved; raises ``BadFile``."""
    header, rows = read_table(data, max_bytes=MAX_BYTES, max_rows=MAX_ROWS)
    known = resource.header()
    errors = [
        _("There is no column “%(name)s” in this table. Its columns are: %(columns)s.")
        % {"name": name, "columns": ", ".join(known)}
        for name in header
        if name not in known
    ] + [_("The column “%(name)s” is missing.") % {"name": name} for name in resource.needed if name not in header]
    if errors:
        raise BadFile(*map(str, errors))
    found = [dict(zip(header, cells, strict=True)) | {LINE: line} for line, cells in rows]
    dataset = tablib.Dataset(headers=[*header, LINE])
    for row in resource.in_order(found):
        dataset.append([row[name] for name in dataset.headers])
    return dataset


def errors_of(result, resource):
    """Return (line, sentences) for each row that cannot be imported, in order of lines; line None for the whole."""
    columns = {field.attribute: field.column_name for field in resource.fields.values()}
    order = list(columns)
    found = []
    for row in result.invalid_rows:
        sentences = []
        for name in sorted(row.error_dict, key=lambda name: order.index(name) if name in order else len(order)):
            before = "" if name == NON_FIELD_ERRORS else f"{columns.get(name, name)}: "
            sentences += [before + error for error in row.error_dict[name]]
        found.append((row.number, sentences))
    for row in result.error_rows:
        log.error("Row %s could not be imported: %s", row.number, row.errors[0].traceback)
        found.append((row.number, [_("This row could not be read. Compare it with an exported file.")]))
    for error in result.base_errors:
        log.error("A table could not be imported: %s", error.traceback)
        found.append((None, [_("The table could not be imported. Nothing was written.")]))
    return sorted(found, key=lambda row: row[0] or 0)


# --- Pages --------------------------------------------------------------------------------------------------


class TableAdmin(ExportMixin):
    """Adds import and export of a table to a ``ScopedAdmin``. ``file_stem`` names the exported file."""

    resource_class = None
    file_stem = ""
    import_export_change_list_template = "admin/table_change_list.html"
    actions = ("export_selected",)

    def get_resource(self, request):
        """Return the table, within this user's scope."""
        return self.resource_class(user=request.user)

    def has_import_permission(self, request):
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request):
        return self.has_view_permission(request)

    def table_url(self, name):
        """Return the address of one of this table's pages."""
        return reverse("admin:{}_{}_{}".format(*self.get_model_info(), name))

    def get_urls(self):
        pages = {
            "import/": ("import", self.import_action),
            "import/confirm/": ("import_confirm", self.confirm_action),
            "export/xlsx/": ("export_xlsx", self.export_workbook),
        }
        own = [
            path(address, self.admin_site.admin_view(view), name="{}_{}_{}".format(*self.get_model_info(), name))
            for address, (name, view) in pages.items()
        ]
        return own + super().get_urls()

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(
            request, {**(extra_context or {}), "has_import_permission": self.has_import_permission(request)}
        )

    # --- In

    def import_action(self, request):
        """Take a file and show what importing it would do."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if not form.is_valid():
            return self.import_page(request, form)
        file, resource = form.cleaned_data["file"], self.get_resource(request)
        data = file.read()
        try:
            dataset = table_of(data, resource)
        except BadFile as error:
            return self.import_page(request, form, error.errors)
        result = self.import_table(resource, dataset, file.name, dry_run=True)
        errors = errors_of(result, resource)
        if errors:
            return self.import_page(request, form, errors)
        upload = PendingUpload()
        upload.save(data)
        confirm = ConfirmForm(initial={"upload": upload.name, "file_name": file.name})
        rows = [row for row in result.rows if row.import_type != RowResult.IMPORT_TYPE_SKIP]
        preview = {
            "confirm_form": confirm,
            "totals": result.totals,
            "rows": rows[:SHOWN],
            "more_rows": max(len(rows) - SHOWN, 0),
        }
        return self.import_page(request, UploadForm(), **preview)

    @method_decorator(require_POST)
    def confirm_action(self, request):
        """Write what was previewed, all of it or nothing."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ConfirmForm(request.POST)
        upload = PendingUpload(name=form.cleaned_data["upload"] if form.is_valid() else "-")
        data = upload.read()
        if data is None:
            messages.error(request, _("This preview has expired or was imported already. Choose the file again."))
            return HttpResponseRedirect(self.table_url("import"))
        upload.remove()
        resource = self.get_resource(request)
        result = self.import_table(resource, table_of(data, resource), form.cleaned_data["file_name"], dry_run=False)
        errors = errors_of(result, resource)
        if errors:
            # Somebody changed rows since the preview.
            return self.import_page(request, UploadForm(), errors)
        totals = {name: result.totals[name] for name in ("new", "update", "skip")}
        messages.success(request, _("Imported: %(new)s new, %(update)s changed, %(skip)s unchanged.") % totals)
        return HttpResponseRedirect(self.table_url("changelist"))

    def import_table(self, resource, dataset, file_name, dry_run):
        """Import all rows, or with an error in one of them, none."""
        return resource.import_data(
            dataset, dry_run=dry_run, use_transactions=True, rollback_on_validation_errors=True, file_name=file_name
        )

    def import_page(self, request, form, errors=(), **preview):
        """Show the form, and what is wrong with the file or what would happen to its rows."""
        resource = self.get_resource(request)
        context = self.admin_site.each_context(request) | {
            "title": _("Import"),
            "subtitle": self.opts.verbose_name_plural,
            "opts": self.opts,
            "form": form,
            "columns": resource.header(),
            "needed": resource.needed,
            "max_rows": MAX_ROWS,
            "max_bytes": MAX_BYTES,
            "row_errors": errors[:SHOWN],
            "more_errors": max(len(errors) - SHOWN, 0),
            **preview,
        }
        return TemplateResponse(request, "admin/table_import.html", context)

    # --- Out

    def export_rows(self, queryset):
        """Return the rows of the table for rows of the list."""
        return queryset

    def export_file(self, request, queryset, workbook=False):
        """Send the rows as a file, in the columns in which they can be imported."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        resource = self.get_resource(request)
        rows = (resource.cells(row) for row in self.export_rows(queryset).iterator(2000))
        if workbook:
            return xlsx_response(self.file_stem, resource.header(), rows, sheet=self.file_stem)
        return csv_response(self.file_stem, resource.header(), rows)

    def export_action(self, request):
        return self.export_file(request, self.get_export_queryset(request))

    def export_workbook(self, request):
        """Send the rows of the list, as it is filtered, as a workbook."""
        return self.export_file(request, self.get_export_queryset(request), workbook=True)

    def export_selected(self, request, queryset):
        return self.export_file(request, queryset)

    export_selected.short_description = _("Export the chosen rows as CSV")
