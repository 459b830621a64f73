"""No hand overwrites another: what a page was opened with comes back with it, and is compared under the row's lock.

A form of a stored row, and a button that changes one, carry ``opened``: for each value that the page was about, a
short digest of it as it was stored. A POST holds the row before it reads it. What changed meanwhile, by any way at
all, a bulk update or an import included, differs from its digest; what was changed beside it, in columns that the
page does not show, disturbs nobody. A POST without ``opened`` has seen nothing and is taken against what is stored.

This module knows no model.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2s
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, Q, QuerySet
from django.forms.models import BaseInlineFormSet, ModelChoiceIteratorValue
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from cadrenet.codes import key_in

# The name under which a page sends along what it was opened with.
OPENED = "opened"


# --- What a page was opened with ------------------------------------------------------------------------------------


def plain(value: Any) -> str:
    """A value as text that is the same however it was read: from the row, or from what a browser sends."""
    if value is None:
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, ModelChoiceIteratorValue):
        return str(value.value)
    if isinstance(value, datetime) and timezone.is_aware(value):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (list, tuple, set, frozenset, QuerySet)):
        return "\n".join(sorted(plain(one) for one in value))
    return str(value).replace("\r\n", "\n")


def digest(value: Any) -> str:
    """A value in twelve signs."""
    return blake2s(plain(value).encode(), digest_size=6).hexdigest()


def seal(values: Mapping[str, Any]) -> str:
    """What a page sends along as ``opened``: of each value its name and its digest."""
    return " ".join(f"{name}:{digest(value)}" for name, value in values.items())


def unseal(opened: str) -> dict[str, str]:
    """Name -> digest of what ``seal`` wrote; nonsense has seen nothing."""
    return dict(pair.split(":", 1) for pair in (opened or "").split() if ":" in pair)


def changed_since(opened: str, values: Mapping[str, Any]) -> list[str]:
    """Names of those values that differ by now from what a page was opened with; none for a page that did not say."""
    seen = unseal(opened)
    return [name for name, value in values.items() if name in seen and seen[name] != digest(value)]


def state_of(row: Model | None, names: Iterable[str]) -> dict[str, Any]:
    """The columns of a row that a button is about; without a row, nothing in each of them."""
    return {name: None if row is None else getattr(row, row._meta.get_field(name).attname) for name in names}


# --- Who it was -----------------------------------------------------------------------------------------------------


def last_change(row: Model, names: Iterable[str]) -> Any:
    """The record of history by which some columns of a row came to hold what they hold; None where none tells.

    Rows that were changed all at once leave no record.
    """
    if not hasattr(row, "history"):
        return None
    known = {field.name: field.attname for field in row.history.model.tracked_fields}
    columns = [known[name] for name in names if name in known] or list(known.values())
    records = list(row.history.select_related("history_user").order_by("-history_date", "-history_id")[:50])
    if not records or any(getattr(records[0], name) != getattr(row, name) for name in columns):
        return None
    for record, before in zip(records, [*records[1:], None], strict=True):
        if before is None or any(getattr(record, name) != getattr(before, name) for name in columns):
            return record
    return None


def changed_meanwhile(row: Model | None, names: Iterable[str] = ()) -> str:
    """The sentence for whoever sends a page that was opened before somebody else changed the row."""
    record = row and last_change(row, list(names))
    if not record or not record.history_user:
        return _("Nothing was saved: somebody else has changed this since you opened the page.")
    moment = timezone.localtime(record.history_date)
    return _("Nothing was saved: %(who)s has changed this since you opened the page, on %(day)s at %(time)s.") % {
        "who": record.history_user,
        "day": date_format(moment, "DATE_FORMAT"),
        "time": f"{moment:%H:%M}",
    }


def meanwhile(theirs: str, yours: str) -> str:
    """The sentence for somebody whose change meets another's."""
    return _(
        "Meanwhile somebody else recorded “%(theirs)s”, and you chose “%(yours)s”. Save again to keep yours."
    ) % {"theirs": theirs, "yours": yours}


# --- The row of a page, held ----------------------------------------------------------------------------------------


def hold(model: type[Model], key: Any) -> None:
    """Hold a row until the transaction ends: whoever else would change it waits, and then sees what was done."""
    list(model._base_manager.select_for_update().filter(pk=key).values_list("pk"))


class LockedMixin:
    """A page whose POST holds the row of its address (``held_model``) before it reads it.

    So what is read is what is written to. Where two rows would take each other's place, the page is asked once more:
    now its form finds the other row, and says so.
    """

    held_model: type[Model]
    pk_url_kwarg = "pk"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method != "POST":
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        try:
            return self.dispatch_held(request, *args, **kwargs)
        except IntegrityError:
            return self.dispatch_held(request, *args, **kwargs)

    @transaction.atomic
    def dispatch_held(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer a POST while the row is held."""
        if (key := kwargs.get(self.pk_url_kwarg)) is not None:
            self.hold_row(key)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def hold_row(self, key: Any) -> None:
        """Hold the row of the address; a page of something smaller holds what that belongs to."""
        hold(self.held_model, key)


class EditView(LockedMixin):
    """A page with an ``EditMixin`` form. One that was opened before somebody else's change is answered with 409."""

    def form_invalid(self, form: Any) -> Any:
        response = super().form_invalid(form)  # type: ignore[misc]
        return as_stale(response, form, self.request)  # type: ignore[attr-defined]


def as_stale(response: Any, form: Any, request: Any) -> Any:
    """An answer that shows a form once more: with 409 where it is stale, so far as it is a whole page."""
    if form.is_stale and not getattr(request, "htmx", False):
        response.status_code = 409
    return response


# --- Forms ----------------------------------------------------------------------------------------------------------


class OpenedField(forms.CharField):
    """``opened`` on a form. What is shown has been seen, so it always tells what is stored now."""

    widget = forms.HiddenInput

    def __init__(self, sealed: Callable[[], str]) -> None:
        super().__init__(required=False, initial=sealed)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class EditMixin(forms.BaseForm):
    """A form of a stored row that overwrites nothing that its reader has not seen.

    Its POST is read while the row is locked (``LockedMixin``, the administration). Of each field there are then three
    values: that with which the page was opened, that which is stored, and that which was sent. What somebody left as
    it was follows what is stored. Where both changed it to different things, nothing is saved: the form says so,
    shows what is stored beside what was typed, and sent again is a decision (``is_stale``).

    ``columns`` maps fields that are no columns of the row to the columns they are made of.
    """

    columns: Mapping[str, str] = {}
    # What the page was opened with: of a form in a set it is said by the set.
    opened_by_set: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Fields that somebody else has changed; and of those that were changed here, too, what to say.
        self.changed_meanwhile: list[str] = []
        self.changed_about: list[str] = []
        self.conflicts: dict[str, str] = {}
        if self.edited_row is not None:
            self.fields[OPENED] = OpenedField(self.sealed)

    @property
    def edited_row(self) -> Model | None:
        """The stored row that the form changes; None on a form that makes one."""
        row = getattr(self, "instance", None)
        return row if row is not None and row.pk is not None else None

    @property
    def is_stale(self) -> bool:
        """Whether somebody else changed meanwhile what was changed here, too, or what this is ``about``."""
        return bool(self.conflicts or self.changed_about)

    def about(self) -> dict[str, Any]:
        """What else the page was about, by name: once that has changed, whoever sends the form looks again."""
        return {}

    def stored_value(self, name: str) -> Any:
        """What the row holds of a field. A form that proposes something else says so here."""
        return self.get_initial_for_field(self.fields[name], name)

    def sealed(self) -> str:
        """What the page sends along as ``opened``."""
        if self.is_bound:
            # What was left untouched follows what is stored, before that counts as seen.
            self.errors  # noqa: B018 - asks for them
        return seal(self.stored() | self.about())

    def stored(self) -> dict[str, Any]:
        """What the row holds, by field, as the browser would send it back untouched."""
        found = {}
        for name, field in self.fields.items():
            if not field.disabled and not field.widget.is_hidden:
                found[name] = as_sent(field, self.stored_value(name))
        return found

    def keep_stored(self) -> None:
        """Let every choice offer what the row holds, also what could not be chosen afresh: call it last."""
        if self.edited_row is None:
            return
        for name, field in self.fields.items():
            stored = self.initial.get(name)
            if stored in (None, "") or isinstance(stored, list):
                continue
            if isinstance(field, forms.ModelChoiceField):
                rows = field.queryset
                either = rows.model._default_manager.filter(Q(pk__in=rows.order_by().values("pk")) | Q(pk=stored))
                # What they bring along, also where they stood on a day, which no keys of the model lead to.
                either.query.select_related = rows.query.select_related
                either.query._filtered_relations = dict(rows.query._filtered_relations)
                either._iterable_class = rows._iterable_class
                field.queryset = either.order_by(*rows.query.order_by)
            elif isinstance(field, forms.ChoiceField) and str(stored) not in {
                str(key) for key, _l in flat(field.choices)
            }:
                field.choices = [*field.choices, (stored, str(stored))]

    def full_clean(self) -> None:
        if self.is_bound and self.edited_row is not None:
            self.merge()
        super().full_clean()
        if self.is_bound:
            # It is of the page, and no answer: what was cleaned may be handed on as it is.
            self.cleaned_data.pop(OPENED, None)
        if self.is_stale:
            for name, sentence in self.conflicts.items():
                self.add_error(name, sentence)
            self.add_error(None, self.sentence)

    def merge(self) -> None:
        """Let what was left untouched follow what is stored; find where two people changed the same."""
        opened = self.data.get(self.add_prefix(OPENED), "") if self.opened_by_set is None else self.opened_by_set
        seen, stored = unseal(opened), self.stored()
        self.changed_about = changed_since(opened, self.about())
        self.changed_meanwhile = changed_since(opened, stored)
        if self.changed_meanwhile:
            self.data = self.data.copy()
        for name in self.changed_meanwhile:
            field, html_name = self.fields[name], self.add_prefix(name)
            initial = self.stored_value(name)
            sent = what_was_sent(field, field.widget.value_from_datadict(self.data, self.files, html_name))
            if sent == stored[name]:
                continue
            if digest(sent) == seen[name]:
                write(self.data, field.widget, html_name, field.prepare_value(initial))
            else:
                raw = field.widget.value_from_datadict(self.data, self.files, html_name)
                self.conflicts[name] = meanwhile(self.in_words(name, initial), self.in_words(name, raw))
        if self.is_stale:
            # Now, while the row is as it is stored: what is typed is put into it next.
            columns = [self.columns.get(name, name) for name in self.conflicts]
            self.sentence = changed_meanwhile(self.edited_row, columns)

    def in_words(self, name: str, value: Any) -> str:
        """A stored or sent value of a field as people read it."""
        return in_words(self.fields[name], value)


def as_sent(field: forms.Field, value: Any) -> str:
    """A stored value as what the browser would send of it means."""
    scratch = QueryDict(mutable=True)
    write(scratch, field.widget, "value", field.prepare_value(value))
    return what_was_sent(field, field.widget.value_from_datadict(scratch, {}, "value"))


def what_was_sent(field: forms.Field, raw: Any) -> str:
    """What was sent of a field, as plain text: two ways to write a day are one day."""
    if isinstance(field, forms.ChoiceField):
        return plain(raw)
    try:
        return plain(field.clean(raw))
    except ValidationError:
        return plain(raw)


def write(data: QueryDict, widget: forms.Widget, name: str, value: Any) -> None:
    """Put a value under a widget's name, as the browser would send it."""
    widget = getattr(widget, "widget", widget)  # the administration wraps what chooses a row
    if isinstance(widget, forms.MultiWidget):
        parts = value if isinstance(value, (list, tuple)) else widget.decompress(value)
        for inner, suffix, part in zip(widget.widgets, widget.widgets_names, parts or [], strict=False):
            write(data, inner, name + suffix, part)
    elif isinstance(widget, forms.CheckboxInput):
        data.setlist(name, ["on"] if value else [])
        if not value:
            del data[name]
    else:
        shown = widget.format_value(value)
        data.setlist(name, shown if isinstance(shown, list) else ["" if shown is None else shown])


def in_words(field: forms.Field, value: Any) -> str:
    """A stored or sent value of a field as people read it."""
    value = field.prepare_value(value)
    if value in (None, "", []):
        return _("nothing")
    if isinstance(field, forms.ModelChoiceField):
        keys = value if isinstance(value, (list, tuple)) else [value]
        rows = field.queryset.filter(pk__in=filter(None, map(key_in, keys)))
        return ", ".join(field.label_from_instance(row) for row in rows) or _("(gone, or not in your area)")
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in flat(field.choices)}
        values = value if isinstance(value, (list, tuple)) else [value]
        return ", ".join(labels.get(str(one), str(one)) for one in values)
    if isinstance(value, bool) or isinstance(field, forms.BooleanField):
        return _("yes") if value not in (False, "False", "false") else _("no")
    widget = field.widget
    if isinstance(widget, forms.MultiWidget):
        parts = value if isinstance(value, (list, tuple)) else widget.decompress(value)
        shown = [inner.format_value(part) for inner, part in zip(widget.widgets, parts, strict=False)]
        return " ".join(str(part) for part in shown if part)
    return str(widget.format_value(value))


def flat(choices: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """(value, label) of choices, those in groups included."""
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from flat(label)
        else:
            yield key, label


class EditFormSet(BaseInlineFormSet):
    """Rows on the page of another row, with ``EditMixin`` forms. What each was opened with is said by the set."""

    deletes_unseen = False

    @cached_property
    def management_form(self) -> Any:
        form = super().management_form
        form.fields[OPENED] = OpenedField(self.sealed)
        return form

    def sealed(self) -> str:
        """What the page sends along as ``opened``: of each row its key and what its fields held."""
        rows = [form for form in self.initial_forms if form.instance.pk]
        return "|".join(f"{form.instance.pk} {form.sealed()}" for form in rows)

    @cached_property
    def opened(self) -> dict[str, str]:
        """Key of a row -> what the page was opened with of it."""
        sent = self.data.get(f"{self.prefix}-{OPENED}", "") if self.is_bound else ""
        return dict(part.split(" ", 1) for part in sent.split("|") if " " in part)

    @property
    def is_stale(self) -> bool:
        """Whether somebody else changed meanwhile a row that was changed here, too, or would be deleted."""
        return self.deletes_unseen or any(form.is_stale for form in self.forms)

    def get_queryset(self) -> Any:
        found = super().get_queryset()
        if self.is_bound and not self.__dict__.setdefault("_held", False):
            self._held = True
            rows = self.model._base_manager.filter(pk__in=found.order_by().values("pk"))
            list(rows.select_for_update().order_by("pk").values_list("pk"))
        return found

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)
        form.fields.pop(OPENED, None)
        form.opened_by_set = self.opened.get(str(form.instance.pk), "")
        return form

    def clean(self) -> None:
        super().clean()
        for form in self.deleted_forms:
            if form.changed_meanwhile:
                self.deletes_unseen = True
                raise ValidationError(changed_meanwhile(form.instance))
