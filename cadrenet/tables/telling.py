"""What is said about many lines at once: equal sentences in one, and line numbers as ranges."""

from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# So many equal sentences stand line by line; more of them stand in one.
EQUAL_AT_MOST = 10
RANGES_AT_MOST = 8


def gathered(said):
    """Return (line, sentence) pairs in their order, where a sentence about many lines stands once."""
    lines = defaultdict(list)
    for line, sentence in said:
        lines[sentence].append(line)
    told, repeated = [], {sentence for sentence, found in lines.items() if len(found) > EQUAL_AT_MOST}
    for line, sentence in said:
        if sentence not in repeated:
            told.append((line, sentence))
        elif lines[sentence]:
            _first, *others = lines[sentence]
            lines[sentence] = []
            told.append((line, f"{sentence} {the_same_on(others)}"))
    return told


def gathered_by_line(errors):
    """As ``gathered``, of (line, sentences) pairs."""
    said = gathered([(line, sentence) for line, sentences in errors for sentence in sentences])
    told = []
    for line, sentence in said:
        if told and line is not None and line == told[-1][0]:
            told[-1][1].append(sentence)
        else:
            told.append((line, [sentence]))
    return told


def the_same_on(lines):
    """The sentence that says on which other lines something stands, too."""
    return ngettext(
        "The same on %(count)s more line: %(lines)s.", "The same on %(count)s more lines: %(lines)s.", len(lines)
    ) % {"count": len(lines), "lines": ranges(lines)}


def where(line):
    """Where something stands: on a line of the file or, without one, in the database."""
    return _("line %(line)s") % {"line": line} if line else _("in the database")


def ranges(lines):
    """Line numbers as text, “3–7, 9”, and how many there are beyond the first of them."""
    found = []
    for line in sorted(lines):
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    text = ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in found[:RANGES_AT_MOST])
    if left := sum(last - first + 1 for first, last in found[RANGES_AT_MOST:]):
        return _("%(things)s and %(count)s more") % {"things": text, "count": left}
    return text
