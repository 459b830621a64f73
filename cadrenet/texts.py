"""Fields for text: of models and of forms. Nothing unseen comes in, and what looks like another letter is refused.

Every model and every form takes its fields from here or, for codes, from ``codes``; ``cadrenet/tests/test_texts.py``
finds one that does not. Files read with the same validators (``tables.values.text``).
"""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext as _

from cadrenet.vietnamese import cleaned, cleaned_lines, foreign_letter, marks_pattern, search_key

# --- What is refused ------------------------------------------------------------------------------------------------


def check_name(text: str) -> None:
    """Refuse a name with a letter of another script: it looks like one of ours, and makes it another name."""
    refuse_letter(foreign_letter(text))


def check_free_text(text: str) -> None:
    """Refuse a word in which letters of our script and of another are mixed."""
    refuse_letter(foreign_letter(text, only_within_words=True))


def refuse_letter(found: tuple[str, int] | None) -> None:
    """Raise the sentence about a letter at a place of a word, if there is one."""
    if found:
        raise ValidationError(letter_refused(*found), code="foreign_letter")


def letter_refused(word: str, place: int) -> str:
    """The sentence about a letter of a word that only looks like one of ours."""
    sign = word[place - 1]
    said = {"word": word, "letter": sign, "place": place, "number": f"U+{ord(sign):04X}"}
    if "\u0400" <= sign <= "\u052f":
        return (
            _("“%(word)s”: letter %(place)s, “%(letter)s”, is Cyrillic and only looks like ours. Type it again.")
            % said
        )
    if "\u0370" <= sign <= "\u03ff":
        return (
            _("“%(word)s”: letter %(place)s, “%(letter)s”, is Greek and only looks like ours. Type it again.") % said
        )
    return (
        _("“%(word)s”: sign %(place)s, “%(letter)s” (%(number)s), belongs to another script. Type it again.") % said
    )


# --- Models ---------------------------------------------------------------------------------------------------------


class Cleaned:
    """Makes a field of a model store text as ``cleaned`` leaves it, whichever way it comes in.

    It is cleaned when a form or ``full_clean`` reads it, when its row is saved, and in whatever else is handed to the
    database (Django's fields of text ask ``to_python`` for that, too): rows in bulk, an update, what a query looks
    for. To migrations it is the field that it derives from.
    """

    clean_text = staticmethod(cleaned)
    form_field: type[forms.Field]

    @classmethod
    def like(cls, model: type[models.Model], name: str) -> Any:
        """Return a field that is that of another model in all but how it is read."""
        *_path, args, kwargs = model._meta.get_field(name).deconstruct()
        return cls(*args, **kwargs)

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)  # type: ignore[misc]
        return self.clean_text(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)  # type: ignore[misc]
        if isinstance(value, str):
            value = self.clean_text(value)
            setattr(model_instance, self.attname, value)  # type: ignore[attr-defined]
        return value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": self.form_field, **kwargs})  # type: ignore[misc]

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        plain = next(base for base in type(self).__mro__ if base.__module__.startswith("django.db.models"))
        return name, f"django.db.models.{plain.__name__}", args, kwargs


class FreeTextInput(forms.CharField):
    """One line of free text in a form."""

    clean_text = staticmethod(cleaned)
    default_validators = [check_free_text]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return self.clean_text(value) if isinstance(value, str) else value


class NameInput(FreeTextInput):
    """A name, a number of a decision, or what is looked for by one, in a form."""

    default_validators = [check_name]


class SearchInput(FreeTextInput):
    """What a list is searched for: cleaned, and whatever it holds it may be looked for."""

    default_validators = []


class LinesInput(FreeTextInput):
    """Several lines of free text in a form."""

    clean_text = staticmethod(cleaned_lines)
    widget = forms.Textarea


class PastedInput(LinesInput):
    """Lines pasted from a spreadsheet, of which each is judged by itself."""

    default_validators = []


class EmailInput(forms.EmailField):
    """An e-mail address in a form."""

    default_validators = [*forms.EmailField.default_validators, check_name]

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return cleaned(value) if isinstance(value, str) else value


class NameField(Cleaned, models.CharField):
    """What somebody or something is called; also the number of a decision."""

    default_validators = [check_name]
    form_field = NameInput


class FreeTextField(Cleaned, models.CharField):
    """A sentence that somebody writes, on one line."""

    default_validators = [check_free_text]
    form_field = FreeTextInput


class LinesField(Cleaned, models.TextField):
    """What somebody writes on several lines."""

    default_validators = [check_free_text]
    clean_text = staticmethod(cleaned_lines)
    form_field = LinesInput


class EmailField(Cleaned, models.EmailField):
    """An e-mail address."""

    default_validators = [*models.EmailField.default_validators, check_name]
    form_field = EmailInput


# --- Which rows are called so ---------------------------------------------------------------------------------------


def called(text: str, name: str, key: str = "search_key") -> Q:
    """The condition that a name holds a piece of text: without marks where none were typed, and with those that were.

    ``name`` and ``key`` are the columns of the name and of its ``search_key``.
    """
    found = Q(**{f"{key}__contains": search_key(text)})
    pattern = marks_pattern(text)
    return found & Q(**{f"{name}__regex": pattern}) if pattern else found


def in_full_first(text: str, key: str = "search_key") -> Case:
    """What rows that are ``called`` so are ordered by first: those whose whole name it is stand before the others."""
    return Case(When(**{key: search_key(text)}, then=Value(0)), default=Value(1))


class SearchTextFilter(django_filters.CharFilter):
    """Narrows a list by a piece of text that an address names."""

    field_class = SearchInput
