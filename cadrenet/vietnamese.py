"""Vietnamese text: in which order it stands, how it is found, and in which form it is stored.

Databases disagree about all of it: SQLite knows only ASCII, PostgreSQL depends on how it was installed. So
models store the keys of this module in columns of their own.
"""

import re
import unicodedata

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
    plain = unicodedata.normalize("NFKD", text.translate(LOOKALIKES)).casefold()
    return unicodedata.normalize("NFKD", plain).strip()


def _number(digits):
    # As long as the key of a number is read digit by digit, its length has to come first.
    digits = digits.lstrip("0") or "0"
    return f"{NUMBER}{len(digits):04}{digits}"


def _word(token):
    """Weights of the letters of a word, and its tone."""
    letters, tone = [], 0
    for sign in token:
        if sign in TONES:
            tone = TONES[sign]
        elif letters and (letters[-1], sign) in MARKED:
            letters[-1] = MARKED[letters[-1], sign]
        elif not unicodedata.combining(sign):
            letters.append(sign)
    return "".join(WEIGHTS.get(letter) or f"{OTHER}{ord(letter):07}" for letter in letters), tone
