"""What a locality is called: its type by a word, a name that says another type, and two neighbours of one name."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assignments.initial_data import TYPES
from assignments.models import LocalityType, Tier
from cadrenet.tables.words import VIETNAMESE, folded

# Words for which most offices have no type of their own, and the tiers of which a locality called so is.
OTHER_WORDS = {
    "thành phố": {Tier.PROVINCE, Tier.DISTRICT},
    "quận": {Tier.DISTRICT},
    "thị xã": {Tier.DISTRICT},
    "thôn": {Tier.HAMLET},
    "khóm": {Tier.HAMLET},
    "tổ dân phố": {Tier.HAMLET},
}


class Types:
    """The types of locality of the office, by code and by what they are called: “xã”, “Ap”."""

    def __init__(self):
        self.by_code = {type.code: type for type in LocalityType.objects.all()}
        self.names = defaultdict(set)
        for code, name in [(code, name) for code, _tier, name in TYPES] + [
            (type.code, type.name) for type in self.by_code.values()
        ]:
            if code in self.by_code:
                self.names[name.casefold()].add(code)

    @cached_property
    def words(self):
        """Folded word -> code, of those that mean one type."""
        words = defaultdict(set)
        for name, codes in self.names.items():
            words[folded(name)] |= codes
        for code in self.by_code:
            words[folded(code)] = {code}
        return {word: next(iter(codes)) for word, codes in words.items() if len(codes) == 1}

    def called(self, word):
        """The type that a word means, by its code or its name; None where it means none."""
        return self.by_code.get(word) or self.by_code.get(self.words.get(folded(word)))

    def listed(self):
        """What may be written for a type, for a sentence."""
        types = self.by_code.values()
        return ", ".join(type.name if get_language() == VIETNAMESE else type.code for type in types)

    def contradiction(self, name, type):
        """Return a sentence where a name begins with another type, and whether that is of another tier; else None.

        Marks count here: a hamlet may be called Xa Mát. Lists of the state hold a few wards whose type is commune.
        """
        said = name.casefold()
        words = [word for word in (*self.names, *OTHER_WORDS) if said == word or said.startswith(f"{word} ")]
        word = max(words, key=len, default=None)
        if word is None or type.code in self.names.get(word, ()) or type.tier in OTHER_WORDS.get(word, ()):
            return None
        tiers = OTHER_WORDS.get(word) or {self.by_code[code].tier for code in self.names[word]}
        sentence = _(
            "The name “%(name)s” says %(word)s, and the type says %(type)s (%(code)s). Correct one of the two."
        ) % {
            "name": name,
            "word": word,
            "type": type.name,
            "code": type.code,
        }
        return sentence, type.tier not in tiers


def same_name(name: str) -> str:
    """Two names are one where this is."""
    return " ".join(name.casefold().split())


class Standing(NamedTuple):
    """A version of a locality, as ``namesakes`` looks at it."""

    pk: int
    locality: str
    parent: int | None
    type: int
    name: str
    start: date
    stop: date


def called_alike(name: str, code: str, other: str, where: str) -> str:
    """The sentence about two of one name."""
    return _(
        "%(code)s is called %(name)s, as %(other)s (%(where)s) is at the same time and in the same place. Correct "
        "the code, or the name of one of the two."
    ) % {"code": code, "name": name, "other": other, "where": where}


def namesakes(versions: Iterable) -> Iterable:
    """Yield pairs of versions of two localities that are of one type and name, in one place, at the same time.

    Each version once at most, after the other one. A version has ``locality``, ``parent``, ``type``, ``name``,
    ``start`` and ``stop``.
    """
    alike = defaultdict(list)
    for version in versions:
        alike[version.parent, version.type, same_name(version.name)].append(version)
    for group in alike.values():
        for place, version in enumerate(group):
            for other in islice(group, place):
                if version.locality != other.locality and version.start <= other.stop and other.start <= version.stop:
                    yield version, other
                    break
