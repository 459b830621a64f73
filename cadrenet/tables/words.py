"""Words of a file as people write them: English or Vietnamese, with or without marks, capitals and underscores.

What a choice is called in Vietnamese, the model's own label says: the word of the file is that of the page.
"""

import re
from functools import cached_property

from django.utils import translation
from django.utils.translation import get_language

from cadrenet.vietnamese import search_key

VIETNAMESE = "vi"
# Quý IV/2022, Quý 4 năm 2022, Q4/2022. A bare 4/2022 would be a month.
QUARTER = re.compile(r"(?:(?:qui ?)?(iv|i{1,3})|(?:qui ?|q)([1-4]))(?:[ /-]+(?:nam )?)([0-9]{4})")
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}


def folded(text):
    """A word as it is compared: lý and lí are one in two spellings, and a star marks what must be filled in."""
    return search_key(text.replace("_", " ").strip(" *:")).replace("y", "i")


FLAGS = {
    folded(word): value
    for words, value in (("1 có true yes", True), ("0 không false no", False))
    for word in words.split()
}


class Vocabulary:
    """The values of a list of choices and what each is called."""

    def __init__(self, labels):
        self.labels = {str(value): label for value, label in labels}

    def __iter__(self):
        return iter(self.labels)

    @cached_property
    def vietnamese(self):
        """Value -> what it is called in Vietnamese, whatever the language of the reader."""
        with translation.override(VIETNAMESE):
            return {value: str(label) for value, label in self.labels.items()}

    @cached_property
    def words(self):
        """Folded word -> value."""
        return {folded(word): value for value, word in self.vietnamese.items()} | {
            folded(value): value for value in self.labels
        }

    def meant(self, word):
        """The value that a word means, None where it means none."""
        return self.words.get(folded(word))

    def listed(self):
        """The words that may be written, for a sentence in the language of its reader."""
        if get_language() == VIETNAMESE:
            # Some hold a comma.
            return "; ".join(self.vietnamese.values())
        return ", ".join(self.labels)


def quarter_of(text):
    """A quarter as people write it, “Quý IV/2022”, as files write it; any other text as it stands."""
    found = QUARTER.fullmatch(folded(text))
    return f"{found[3]}-Q{found[2] or ROMAN[found[1]]}" if found else text


def day_of(text):
    """A day as people write it, 22/11/2022, as files write it; any other text as it stands."""
    if found := re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text):
        return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}"
    if found := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text):
        return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"
    return text


def moment_of(text):
    """A time of a day as people write it, 22/11/2022 19:30, as files write it; any other text as it stands."""
    if found := re.fullmatch(r"([0-9]{1,2}/[0-9]{1,2}/[0-9]{4}) +([0-9]{1,2}):([0-9]{2})(?::00)?", text):
        return f"{day_of(found[1])}T{found[2]:0>2}:{found[3]}"
    return text
