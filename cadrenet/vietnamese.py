"""Vietnamese text: in which form it is stored, in which order it stands, and which name is meant by what was typed.

Databases disagree about all of it: SQLite knows only ASCII, PostgreSQL depends on how it was installed. So
models store the keys of this module in columns of their own.
"""

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache

# Tones in the order of the alphabet; a word without a mark (ngang) comes first, as 0.
TONES = {
    "\N{COMBINING GRAVE ACCENT}": 1,  # huyền
    "\N{COMBINING HOOK ABOVE}": 2,  # hỏi
    "\N{COMBINING TILDE}": 3,  # ngã
    "\N{COMBINING ACUTE ACCENT}": 4,  # sắc
    "\N{COMBINING DOT BELOW}": 5,  # nặng
}
BREVE, CIRCUMFLEX, HORN = "\N{COMBINING BREVE}", "\N{COMBINING CIRCUMFLEX ACCENT}", "\N{COMBINING HORN}"
MARKED = {
    ("a", BREVE): "ă",
    ("a", CIRCUMFLEX): "â",
    ("e", CIRCUMFLEX): "ê",
    ("o", CIRCUMFLEX): "ô",
    ("o", HORN): "ơ",
    ("u", HORN): "ư",
}
# Text that went through an old encoding often holds the Icelandic letter, which looks the same.
LOOKALIKES = str.maketrans({"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ"})

PUNCTUATION = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
PLAIN = str.maketrans("ăâđêôơư", "aadeoou")
# Of a word; three in Vietnamese. What is longer than a name is in none.
MOST_VOWELS = 6
LONGEST_NAME = 200
ANY_TONE = range(len(TONES) + 1)
VOWELS = "aăâeêioôơuưy"
# Nothing to be seen: signs that format, steer the direction of writing, fill or vary, halves of signs, no characters.
UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Control characters but for those that are spaces. They stand where a word ended, as Word leaves them in cells.
CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
# A blank that fonts draw as one, and hyphens that only break lines otherwise.
SAME = LOOKALIKES | str.maketrans("\u2800\u2010\u2011", " --")
# The letters that Vietnamese and its neighbours in the same script are written with. Others of that script, of
# phonetics and of Pinyin (ɑ, ǎ), only look like them.
LATIN = re.compile("[A-Za-zªº\u00c0-\u0130\u0132-\u0137\u0139-\u017e\u01a0\u01a1\u01af\u01b0\u1e00-\u1eff]")
# Letters of Greek that stand for units beside Latin ones: µg, kΩ.
UNITS = "\u00b5\u03bc\u03a9"

# As wide as the columns that hold keys: signs that no name has take nine digits, and would not fit.
KEY_LENGTH = 700

# Two digits each. 00 ends the letters of a key, so that a word comes before the words it begins.
SPACE = "01"
NUMBER = "40"
OTHER = "99"
WEIGHTS = {sign: f"{weight:02}" for weight, sign in enumerate(PUNCTUATION, start=2)} | {
    letter: f"{weight:02}" for weight, letter in enumerate(LETTERS, start=41)
}


def nfc(text):
    """Text with each letter as one character, as keyboards in Vietnam type it (files from a Mac do not)."""
    return unicodedata.normalize("NFC", text)


def cleaned(text):
    """One line of text as it is stored and looked for: composed, without what nobody sees, with single spaces.

    The one cleaning of whatever comes in: a form, a paste, a file, an address. What it takes away or puts right looks
    the same before and after; what only looks the same, ``foreign_letter`` finds, and somebody is asked.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join(_seen(text).split())


def cleaned_lines(text):
    """As ``cleaned``, of a text in which line ends and tabs mean something."""
    lines = re.split("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]", text)
    return "\n".join(re.sub(r"[^\S\t]", " ", _seen(line)).rstrip(" ") for line in lines)


def _seen(text):
    return nfc(UNSEEN.sub("", CONTROL.sub(" ", text.translate(SAME))))


def foreign_letter(text, only_within_words=False):
    """Return (word, place) of the first letter or digit of another script, the place counted from 1, or None.

    A Cyrillic а looks like our a, and a code or a name with it is another one that nobody finds.
    ``only_within_words`` leaves alone what a free text may quote: words of another script, and signs of units.
    """
    if text.isascii():
        return None
    for word in text.split():
        foreign = [place for place, sign in enumerate(word, start=1) if _is_foreign(sign)]
        if only_within_words:
            foreign = [place for place in foreign if word[place - 1] not in UNITS] if LATIN.search(word) else []
        if foreign:
            return word, foreign[0]
    return None


def _is_foreign(sign):
    if sign.isascii() or LATIN.match(sign):
        return False
    return unicodedata.category(sign) in ("Lu", "Ll", "Lt", "Lo", "Nd") or sign == "\N{REPLACEMENT CHARACTER}"


def sort_key(text):
    """A key that puts text in the order of the Vietnamese alphabet, made of digits alone.

    No collation has its own opinion about digits, so every database sorts the keys alike. The letters of the
    whole text count first, then the tones, one for each word, so that hoà and hòa stand together. Numbers
    count by their value: Ấp 2 comes before Ấp 10.
    """
    letters, tones = [], []
    for token in re.findall(r"\s+|[0-9]+|[^\s0-9]+", _decomposed(text)):
        if token.isspace():
            letters.append(SPACE)
        elif token[0] in "0123456789":
            letters.append(_number(token))
        else:
            word, tone = _word(token)
            letters.append(word)
            tones.append(str(tone))
    return ("".join(letters) + "00" + "".join(tones))[:KEY_LENGTH] if letters else ""


def person_sort_key(full_name):
    """Key of a person's name: by given name, which is the last word, then by family and middle names."""
    *family, given = full_name.split() or [""]
    return (sort_key(given) + sort_key(" ".join(family)))[:KEY_LENGTH]


def search_key(text):
    """Text in small letters without marks and tones: "Đỗ Thị Ngọc Ánh" becomes "do thi ngoc anh".

    Never longer than the text, although a few signs fold to several letters: it fits a column as wide.
    """
    plain = "".join(sign for sign in _decomposed(text) if not unicodedata.combining(sign))
    return " ".join(plain.replace("đ", "d").split())[: len(text)].rstrip()


def _decomposed(text):
    # Twice: mathematical capitals have no small form until they are plain letters, and ß opens into two.
    plain = unicodedata.normalize("NFKD", cleaned(text)).casefold()
    return unicodedata.normalize("NFKD", plain).strip()


def _number(digits):
    # As long as the key of a number is read digit by digit, its length has to come first.
    digits = digits.lstrip("0") or "0"
    return f"{NUMBER}{len(digits):04}{digits}"


def _word(token):
    """Weights of the letters of a word, and its tone."""
    letters, tones = _spelt(token)
    weights = (WEIGHTS.get(letter) or f"{OTHER}{ord(letter):07}" for letter in letters)
    return "".join(weights), tones[-1][1] if tones else 0


def _spelt(token):
    """The letters of a decomposed word with their marks, and its tones as (index of the letter, tone)."""
    letters, tones = [], []
    for sign in token:
        if sign in TONES:
            tones.append((max(len(letters) - 1, 0), TONES[sign]))
        elif letters and (letters[-1], sign) in MARKED:
            letters[-1] = MARKED[letters[-1], sign]
        elif not unicodedata.combining(sign):
            letters.append(sign)
    return "".join(letters), tones


# --- Which name is meant --------------------------------------------------------------------------------------------


class Likeness(IntEnum):
    """How what was typed fits a name; a better one beats every lesser one."""

    NONE = 0  # another name
    PARTLY = 1  # some marks of a word were typed and others not: Nguyên for Nguyễn, which may be another name
    UNMARKED = 2  # some words were typed without any marks
    EXACT = 3  # capitals, spaces, zeros before a number, and on which vowel a tone stands, make no difference


def likeness(typed, name):
    """Return how a typed name fits a stored one, word by word.

    Marks that were typed must agree: Hạ is not Hà. A word that was typed without any may have whichever.
    """
    one, other = _words(typed), _words(name)
    if not one or len(one) != len(other):
        return Likeness.NONE
    return min(_word_likeness(word, stored) for word, stored in zip(one, other, strict=True))


def most_alike(typed, rows, name):
    """Return the rows whose ``name(row)`` fits best what was typed, none if none fits, and how well they do."""
    by_likeness = {}
    for row in rows:
        by_likeness.setdefault(likeness(typed, name(row)), []).append(row)
    best = max(by_likeness, default=Likeness.NONE)
    return (by_likeness[best] if best else []), best


@lru_cache(8192)
def _words(text):
    """Each word as its letters and the tones in their order; a tone may stand on either vowel (hoà, hòa)."""
    return tuple(
        (re.sub("^0+(?=[0-9])", "", letters), tuple(tone for _place, tone in tones))
        for letters, tones in map(_spelt, _decomposed(text).split())
    )


def _word_likeness(typed, stored):
    (letters, tones), (name, name_tones) = typed, stored
    if typed == stored:
        return Likeness.EXACT
    if letters.translate(PLAIN) != name.translate(PLAIN):
        return Likeness.NONE
    if not tones and letters == letters.translate(PLAIN):
        return Likeness.UNMARKED
    marks = all(mine in (its, its.translate(PLAIN)) for mine, its in zip(letters, name, strict=True))
    return Likeness.PARTLY if marks and tones in ((), name_tones) else Likeness.NONE


def marks_agree(typed, name):
    """Whether a name holds a piece of text, and every mark that was typed of it stands there too."""
    if search_key(typed) not in search_key(name):
        return False
    pattern = marks_pattern(typed)
    return not pattern or re.search(pattern, cleaned(name)) is not None


@lru_cache(1024)
def marks_pattern(typed):
    """A regular expression for names in which the marks of a typed piece stand; empty where none were typed.

    Made of plain groups and sets, which Python and PostgreSQL read alike. A tone may stand on another vowel of its
    word than where it was typed, and what was typed without may have any.
    """
    if len(typed) > LONGEST_NAME:
        return ""
    words = [_spelt(word) for word in _decomposed(typed).split()]
    if not any(tones or letters != letters.translate(PLAIN) for letters, tones in words):
        return ""
    return " ".join(_word_pattern(letters, tones) for letters, tones in words)


def _word_pattern(letters, tones):
    if not tones:
        return "".join(_signs(letter, ANY_TONE) for letter in letters)
    vowels = [place for place, letter in enumerate(letters) if letter in VOWELS]
    ways = [dict(tones)]
    if len(tones) == 1 and len(vowels) <= MOST_VOWELS:
        ways += [{place: tones[0][1]} for place in vowels if place != tones[0][0]]
    return "(?:{})".format(
        "|".join(
            "".join(_signs(letter, (way.get(place, 0),)) for place, letter in enumerate(letters)) for way in ways
        )
    )


@lru_cache(1024)
def _signs(letter, tones):
    """A set of the signs by which a letter may be written: large or small, with any mark where it has none."""
    if letter.isascii() and not letter.isalpha():
        return f"[{letter}]" if letter not in "^\\[]-" else f"\\{letter}"
    marked = [mine for mine in LETTERS if mine.translate(PLAIN) == letter] or [letter]
    signs = {
        nfc(mine + next((mark for mark, number in TONES.items() if number == tone), ""))
        for mine in marked
        for tone in tones
    }
    signs |= {sign.upper() for sign in signs} | {sign for sign in ("Ð", "ð") if "đ" in signs}
    return "[" + "".join(sorted(sign for sign in signs if len(sign) == 1)) + "]"
