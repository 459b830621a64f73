"""What lists, pages and forms share: scope, filters, pages of fifty, and the same rows as a file.

This module knows no model. A queryset that cannot say ``visible_to`` or ``editable_by`` raises at once: to forget
scope is a crash, not a leak.
"""

from itertools import islice
from operator import attrgetter

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import ModelChoiceField
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import CreateView, DetailView, UpdateView
from django_filters import FilterSet
from django_filters.views import FilterView

from cadrenet.editing import EditMixin, EditView
from cadrenet.export import csv_response
from cadrenet.sheet_texts import asked_for, how_counted, office_and_moment
from cadrenet.workbook import Heading, Sheet, sheet_response

PER_PAGE = 50
# Of a file so many rows are read together, with what belongs to them.
ROWS_AT_ONCE = 500


class ScopedMixin:
    """Narrow the view's queryset to the rows that the user may see, and bring along what they are ``related`` to."""

    related = ()

    def get_queryset(self):
        rows = super().get_queryset().visible_to(self.request.user)
        return rows.select_related(*self.related) if self.related else rows


class ScopedFormMixin:
    """Change only rows that the user may change, and offer only such rows as choices.

    A field named in ``visible_choices`` offers what the user may see instead: an agency to pass an issue on to, say.
    """

    visible_choices = ()

    def get_queryset(self):
        return super().get_queryset().editable_by(self.request.user)

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        scope_choices(form, self.request.user, self.visible_choices)
        if isinstance(form, EditMixin):
            form.keep_stored()
        return form


class AnswersRacesMixin:
    """A form whose row somebody else saved since it was looked at says so as if it had been there all along."""

    def form_valid(self, form):
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except IntegrityError:
            try:
                form.instance.validate_unique()
                form.instance.validate_constraints()
            except ValidationError as taken:
                form.add_error(None, taken.messages)
                return self.form_invalid(form)
            raise


def scope_choices(form, user, visible_choices=()):
    """Narrow the choices of a form's fields to rows that the user may change, or for some fields, see."""
    for name, field in form.fields.items():
        if isinstance(field, ModelChoiceField):
            seen = name in visible_choices
            field.queryset = field.queryset.visible_to(user) if seen else field.queryset.editable_by(user)


class Column:
    """A column of a list's file: what it is called, and how to read its value from a row (a path, or a function).

    Where other programs know a column by a public name, people read a ``heading`` instead, and see what ``shown``
    reads; neighbours of one ``group`` stand under that heading together.
    """

    def __init__(self, label, value, heading="", shown=None, group=""):
        self.label, self.heading, self.group = label, heading or label, group
        self.value = _function(value)
        self.shown = _function(shown) if shown else self.value


class ChoiceColumn(Column):
    """A column of a field with choices, in words: each word is looked up once, and not for each row of a file."""

    def __init__(self, label, path, choices):
        read, labels, words = _function(path), dict(choices), {}

        def value(row):
            key = code, _language = read(row), get_language()
            if key not in words:
                words[key] = None if code is None else str(labels.get(code, code))
            return words[key]

        super().__init__(label, value)


def _function(value):
    return value if callable(value) else _reader(value)


def _reader(path):
    read = attrgetter(path)

    def value(row):
        try:
            found = read(row)
        except AttributeError:
            # A row without its agency has no agency's name either.
            return None
        return found() if callable(found) else found

    return value


class FileMixin:
    """The rows of the page, all of them, as a file: ``?format=csv`` or ``=xlsx`` beside the page's own address.

    The CSV is for other programs and for spreadsheets that go on with it, the XLSX for people, who print it. A
    subclass names ``columns`` (``Column`` objects), ``file_stem``, and ``explained``: which parts of the page on how
    figures are computed the sheet brings along.
    """

    columns = ()
    file_stem = ""
    explained = ()
    # So many columns stay in sight while one looks at those to the right.
    pinned = 0

    def with_details(self, rows):
        """Return rows with what page and file show beside them, asked for all of these together."""
        return rows

    def get_file_rows(self):
        """Yield all rows, each read by the columns; without holding them in memory at once."""
        found = self.object_list
        rows = iter(found if isinstance(found, list) else found.iterator(ROWS_AT_ONCE))
        while some := list(islice(rows, ROWS_AT_ONCE)):
            yield from self.with_details(some)

    def get_sheet_columns(self):
        """Return the columns of the file for people."""
        return self.columns

    def get_sheet_totals(self):
        """Return the rows that stand under the table of the page, each with a value for every column of the sheet."""
        return []

    def get_sheet_title(self, context):
        return context["title"]

    def get_file_stem(self):
        return self.file_stem

    def render_to_response(self, context, **kwargs):
        wanted = self.request.GET.get("format")
        if wanted not in ("csv", "xlsx") or not self.columns:
            return super().render_to_response(context, **kwargs)
        if wanted == "xlsx":
            return sheet_response(self.get_file_stem(), self.sheet(context))
        header = [str(column.label) for column in self.columns]
        rows = ([column.value(row) for column in self.columns] for row in self.get_file_rows())
        return csv_response(self.get_file_stem(), header, rows)

    def sheet(self, context):
        """What the file for people tells."""
        columns = self.get_sheet_columns()
        office, moment = office_and_moment(self.request)
        return Sheet(
            title=str(self.get_sheet_title(context)),
            office=office,
            lines=[*asked_for(form_of(context)), moment],
            headings=[Heading(str(column.heading), str(column.group)) for column in columns],
            rows=([in_words(column.shown(row)) for column in columns] for row in self.get_file_rows()),
            totals=self.get_sheet_totals(),
            notes=how_counted(*self.explained),
            pinned=self.pinned,
        )


def in_words(value):
    """A value of a sheet for people, who read yes and no."""
    return (_("Yes") if value else _("No")) if isinstance(value, bool) else value


def form_of(context):
    """The form by which the rows of a page were chosen: the page's own, or that of its filters."""
    found = context.get("filter") or context
    return found.form if isinstance(found, FilterSet) else found.get("form")


class ScopedListView(FileMixin, ScopedMixin, FilterView):
    """The rows the user may see, filtered, fifty to a page.

    A subclass names ``model`` or ``queryset``, ``filterset_class`` and ``template_name``; ``title`` is the heading.
    Filters that make no sense show all rows nowhere: the form says what is wrong, and the list is empty.
    """

    paginate_by = PER_PAGE
    title = ""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(title=self.title, **kwargs)
        return {"rows": self.with_details(context["object_list"])} | context


class ScopedDetailView(ScopedMixin, DetailView):
    """One row that the user may see; any other is not found."""


class ScopedCreateView(AnswersRacesMixin, ScopedFormMixin, CreateView):
    """Add a row; its form offers only what the user may change. Whoever may add none anywhere finds no form."""

    def dispatch(self, request, *args, **kwargs):
        if not self.model._default_manager.all().may_be_added_by(request.user):
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class ScopedUpdateView(EditView, ScopedFormMixin, UpdateView):
    """Change a row that the user may change; any other is not found. ``form_class`` is an ``EditMixin`` form."""

    @property
    def held_model(self):
        return self.model
