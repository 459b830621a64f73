"""Several words of a short list in one column: the topics of a meeting."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _


class WordsFormField(forms.TypedMultipleChoiceField):
    """Ticks for a ``WordsField``; its value is what the column holds."""

    widget = forms.CheckboxSelectMultiple

    def prepare_value(self, value):
        return value.split() if isinstance(value, str) else value

    def clean(self, value):
        chosen = set(super().clean(value))
        return " ".join(word for word, _label in self.choices if word in chosen)

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


class WordsField(models.CharField):
    """Any number of the words of a short list (``words``: word and label), in its order, with spaces between them.

    One column, so that history, comparisons and files see one value; a row has a word where its column, between
    spaces, holds it.
    """

    def __init__(self, *args, words=(), **kwargs):
        self.words = list(words)
        super().__init__(*args, **{"blank": True, "max_length": 200, **kwargs})

    def deconstruct(self):
        """The column is that of a text."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        known = [word for word, _label in self.words]
        if value != " ".join(word for word in known if word in value.split()):
            raise ValidationError(_("“%(value)s” is none of the words of this list.") % {"value": value})

    def formfield(self, **kwargs):
        kwargs = {"choices": self.words, "required": False, "label": capfirst(self.verbose_name)} | kwargs
        return WordsFormField(
            **{name: value for name, value in kwargs.items() if name not in ("widget", "max_length")}
        )

    def in_words(self, value):
        """The labels of what a column holds."""
        labels = dict(self.words)
        return [str(labels[word]) for word in (value or "").split() if word in labels]
