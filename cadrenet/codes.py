"""Codes: text that names one thing in every file and every import; and keys, which name a row in an address."""

import re
import secrets
from collections import defaultdict
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from cadrenet.texts import Cleaned, NameInput, refuse_letter
from cadrenet.vietnamese import LATIN, foreign_letter

# What spreadsheets make of a code: 984.0, 1E+05; the decimal mark is that of the language.
REWRITTEN = re.compile(r"[0-9]+[.,]0+|[0-9]([.,][0-9]+)?[Ee][+-][0-9]+")
# So many zeros are looked for that a spreadsheet may have taken away.
ZEROS_AT_MOST = 10
# A database takes only so many parameters in one query.
AT_ONCE = 900

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


# --- What is refused ------------------------------------------------------------------------------------------------


def check_code(code):
    """Refuse a code that looks like another one: with a letter of another script, or rewritten by a spreadsheet."""
    refuse_letter(foreign_letter(code))
    for place, sign in enumerate(code, start=1):
        if not (sign.isascii() or LATIN.match(sign)):
            raise ValidationError(
                _("“%(code)s”: sign %(place)s, “%(sign)s” (%(number)s), is none of a code. Type it again.")
                % {"code": code, "place": place, "sign": sign, "number": f"U+{ord(sign):04X}"}
            )
    if REWRITTEN.fullmatch(code):
        raise ValidationError(
            _("“%(code)s” is what a spreadsheet makes of a code. Format its column as text and type the code again.")
            % {"code": code}
        )


# --- Codes that lost their zeros ------------------------------------------------------------------------------------


def without_zeros(code):
    """A code as a spreadsheet leaves it that takes it for a number."""
    return code.lstrip("0")


def lost_zeros(before, after):
    """Return whether a text is what a spreadsheet leaves of another that it took for a number: a telephone, say."""
    return isinstance(before, str) and bool(after) and len(after) < len(before) and without_zeros(before) == after


def by_zeros(codes, fold=str):
    """Codes by what a spreadsheet leaves of them; ``fold`` makes some more of them alike."""
    found = defaultdict(set)
    for code in codes:
        found[fold(without_zeros(code))].add(code)
    return found


def twins_of(code, known):
    """Return those of some codes (``by_zeros``) that differ from one by zeros before it alone, in their order."""
    return sorted(known.get(without_zeros(code), set()) - {code})


def stored_twins(codes, stored, name="code"):
    """Return which stored codes differ by zeros alone from some codes, of whatever else there may be millions.

    ``stored`` are rows with a code in a column ``name``.
    """
    wanted = iter({"0" * zeros + without_zeros(code) for code in codes for zeros in range(ZEROS_AT_MOST)})
    found = set()
    while some := list(islice(wanted, AT_ONCE)):
        found.update(stored.filter(**{f"{name}__in": some}).order_by().values_list(name, flat=True))
    return found


def new_beside_twins(codes, stored, kind=None):
    """Return a sentence for each new code from which another differs by zeros alone: what a spreadsheet took away.

    The other one is ``stored``, or is among the codes and has the zeros. ``kind`` maps a code to what it is of, where
    codes of several kinds may be alike: 01, 001 and 00001 are a province, a district and a commune.
    """
    known, kind, said = by_zeros({*codes, *stored}), kind or {}, {}
    for code in set(codes).difference(stored):
        twins = [
            other
            for other in twins_of(code, known)
            if kind.get(other) == kind.get(code) and (other in stored or len(other) > len(code))
        ]
        if twins:
            said[code] = _("“%(code)s” is new. Is “%(similar)s” meant? They differ only by zeros.") % {
                "code": code,
                "similar": listed(twins),
            }
    return said


def not_known(code, twins):
    """The sentence about a code that names nothing, and those that differ from it by zeros alone."""
    return _("“%(code)s” is not known. Is “%(similar)s” meant?") % {"code": code, "similar": listed(twins)}


def listed(codes):
    """Some codes in the quotation marks of a sentence that already has the outer ones."""
    return "”, “".join(codes)


class CodeField(Cleaned, models.CharField):
    """Text that sorts by code point on every database, so that lists and files have one order."""

    default_validators = [check_code]
    form_field = NameInput

    def validate(self, value, model_instance):
        """Ask, when somebody types a new code, whether one is meant that differs from it by zeros alone."""
        super().validate(value, model_instance)
        if not (self.unique and model_instance and value[:1].isdecimal()):
            return
        rows = type(model_instance)._base_manager.all()
        if tier := getattr(model_instance, "tier", None):
            rows = rows.filter(tier=tier)
        if rows.filter(pk=model_instance.pk, **{self.name: value}).exists():
            return
        others = rows.exclude(pk=model_instance.pk)
        if said := new_beside_twins({value}, stored_twins({value}, others, self.name)):
            raise ValidationError(said[value], code="lost_zeros")

    def db_parameters(self, connection):
        """Ask PostgreSQL for its "C" collation; SQLite compares bytes by itself."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters

    def deconstruct(self):
        """A column of its own kind, which migrations know by this name."""
        return models.CharField.deconstruct(self)
