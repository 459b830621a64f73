"""Codes: text that names one thing in every file and every import; and keys, which name a row in an address."""

import secrets

from django.core.exceptions import ValidationError
from django.db import models

# More digits than any key has; a database compares no longer number.
KEY_DIGITS = 18


def key_in(text):
    """Return the key of a row that a text from an address or a form may name, None where it names none.

    What people take for digits, as ² or ٣, is none, and neither is a number that no column holds.
    """
    text = str(text or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= KEY_DIGITS else None


def new_code():
    """Return a code for something that was entered on a page and has none of its own."""
    return f"x{secrets.token_hex(6)}"


def label_of(choices, value):
    """What a value is called; one that its office has added is called what it is."""
    return str(dict(choices).get(value, value))


class OpenListField(models.CharField):
    """A word of a list to which an office adds words of its own, by files: ``choices`` are those that everybody has.

    Of a list that is closed a form and ``full_clean`` refuse any other; of this one only forms offer no other.
    """

    def validate(self, value, model_instance):
        """Ask for a word; which one is for the list that the office keeps."""
        try:
            super().validate(value, model_instance)
        except ValidationError as error:
            if error.code != "invalid_choice":
                raise

    def deconstruct(self):
        """The column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class CodeField(models.CharField):
    """Text that sorts by code point on every database, so that lists and files have one order."""

    def db_parameters(self, connection):
        """Ask PostgreSQL for its "C" collation; SQLite compares bytes by itself."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
