"""Lines of a decision, pasted from a spreadsheet: matched with cadres and places, or with a sentence why not.

Nothing is guessed. Where a line fits two people, or two places, the sentence names them; whoever and whatever the
user may not assign is as unknown as what does not exist.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from operator import attrgetter

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.decisions import replacements
from assignments.decisions.pasted_text import (
    Problem,
    cells_of,
    columns_of,
    lines_of,
    quoted,
    read_below_header,
    read_by_position,
    roles,
    separator_of,
)
from assignments.models import Assignment, Cadre, DecisionLine, Place, Tier
from assignments.models.place import below
from assignments.models.posting import all_postings, posting_on
from assignments.scope import reach_of
from cadrenet.codes import ZEROS_AT_MOST, by_zeros, not_known, twins_of
from cadrenet.templatetags import figures
from cadrenet.texts import letter_refused
from cadrenet.vietnamese import Likeness, foreign_letter, likeness, most_alike, search_key

# So many are named where a line fits several.
SUGGESTIONS_AT_MOST = 6
# What stands between the names of a path.
PATH_SIGNS = r"[›>/|,;]"
# The words of types that people leave out of the names of what lies above.
TYPES_ABOVE = ("Xã", "Thị trấn", "Phường", "Ấp", "Khu phố", "Thôn", "Huyện", "Tỉnh")
# What new lines do, in the order of the preview.
KINDS = [
    (replacements.REPLACES, gettext_lazy("Somebody is replaced")),
    (replacements.BEGINS, gettext_lazy("New")),
    (replacements.GOES_ON, gettext_lazy("Goes on")),
]


@dataclass
class Line:
    """A pasted line: what it says, and what it became or why it became nothing."""

    number: int
    text: str
    line: DecisionLine | None = None
    place: Place | None = None
    kind: str = ""
    why_not: str = ""
    already: bool = False
    # Whose line of the decision this one takes over.
    instead: Cadre | None = None


@dataclass
class Pasted:
    """All pasted lines, matched."""

    header: str
    lines: list = field(default_factory=list)

    def of_kind(self, kind):
        """The new lines that do one thing."""
        return [line for line in self.lines if line.line and not line.already and line.kind == kind]

    @property
    def new(self):
        """Lines that the decision does not have yet."""
        return [line for line in self.lines if line.line and not line.already]

    @property
    def matched_lines(self):
        """What all matched lines say, whether the decision has it already or not."""
        return [line.line for line in self.lines if line.line]

    @property
    def already(self):
        """Lines that the decision has, or that came twice."""
        return [line for line in self.lines if line.already]

    @property
    def unmatched(self):
        """Lines that became nothing."""
        return [line for line in self.lines if line.why_not]

    @property
    def rest(self):
        """The text that is left to correct: the unmatched lines below their header."""
        lines = [line.text for line in self.unmatched]
        return "\n".join([self.header, *lines] if self.header and lines else lines)


def key_of(text):
    """By what a name is found before its marks are compared; numbers by their value (Tổ số 03 is Tổ số 3)."""
    return re.sub(r"\b0+(?=\d)", "", search_key(text))


class Places:
    """The places that a user may fill by a decision, found by code or path. One query."""

    def __init__(self, decision, user):
        self.decision = decision
        reach, locality = reach_of(user), decision.locality
        places = Place.objects.on(decision.first_day).filter(**{locality.tier: locality})
        if not reach.everything:
            places = places.filter(below(reach.decides))
        self.by_code, self.by_name, self.by_bare_name = {}, defaultdict(list), defaultdict(list)
        for place in places.select_related("locality", "type").order_by("locality__code"):
            self.by_code[place.locality.code.casefold()] = place
            self.by_name[key_of(place.name)].append(place)
            self.by_bare_name[key_of(bare_name(place))].append(place)
        self.by_zeros = by_zeros(place.locality.code for place in self.by_code.values())

    def find(self, text):
        """Return the one place that a code or a path means."""
        if place := self.by_code.get(text.casefold()):
            return place
        for names, name_of in ((self.by_name, attrgetter("name")), (self.by_bare_name, bare_name)):
            found, how = self.by_path(text, names, name_of)
            if found:
                break
        if len(found) == 1 and how > Likeness.PARTLY:
            return found[0]
        if found:
            raise Problem(which_of(f"{place.locality.code} ({place.full_path})" for place in found))
        if twins := twins_of(text, self.by_zeros):
            raise Problem(not_known(quoted(text), twins))
        raise Problem(
            _("No place that you may assign to, in %(locality)s on %(day)s, is called “%(name)s”.")
            % {
                "locality": self.decision.locality.name,
                "day": figures.day(self.decision.first_day),
                "name": quoted(text),
            }
        )

    @staticmethod
    def by_path(text, names, name_of):
        """Return the places that a path means, and how well they fit its first name.

        It may be written from either end, with all or some of the names between.
        """
        found, how = most_alike(text, names.get(key_of(text), []), name_of)
        if found:
            return found, how
        parts = [part for part in re.split(PATH_SIGNS, text) if part.strip()]
        best = {}
        for first, *above in (parts, parts[::-1]) if len(parts) > 1 else ():
            places = [place for place in names.get(key_of(first), []) if lies_in(place, above)]
            found, how = most_alike(first, places, name_of)
            best.setdefault(how, {}).update((place.pk, place) for place in found)
        how = max(best, default=Likeness.NONE)
        return list(best.get(how, {}).values()), how


def bare_name(place):
    """The name of a place without the word of its type: people write "Tân Lệ" for "Xã Tân Lệ"."""
    return without_type(place.name, place.type.name)


def without_type(name, *types):
    """A name without the words of one of these types before it."""
    key = key_of(name)
    for words in types:
        if key.startswith(f"{key_of(words)} "):
            return " ".join(name.split()[len(words.split()) :])
    return name


def lies_in(place, names):
    """Return whether some names, from near to far, stand above a place in this order."""
    above = iter([name for _tier, _id, name in reversed(place.chain)])
    return all(any(is_same_name(name, other) for other in above) for name in names)


def is_same_name(name, other):
    """Whether a name is that of something that lies above; the word of the type may be missing, and marks."""
    return bool(likeness(name, other) or likeness(name, without_type(other, *TYPES_ABOVE)))


class Cadres:
    """The cadres whom a user may assign, found by code, or by full name and agency. One query."""

    def __init__(self, decision, user, texts):
        self.day = decision.first_day
        keys = {key for text in texts for key in (search_key(text), search_key(split_agency(text)[0]))}
        codes = {code for text in texts for code in (text, text.upper(), text.lower())}
        codes |= {"0" * zeros + text for text in texts if text[:1].isdecimal() for zeros in range(ZEROS_AT_MOST)}
        rows = Cadre.objects.editable_by(user).filter(Q(search_key__in=keys) | Q(code__in=codes))
        self.by_code, self.by_name = {}, defaultdict(list)
        for cadre in rows.prefetch_related(posting_on(self.day), all_postings()).order_by("code"):
            self.by_code[cadre.code.casefold()] = cadre
            self.by_name[cadre.search_key].append(cadre)
        self.by_zeros = by_zeros(cadre.code for cadre in self.by_code.values())

    def find(self, text, agency=""):
        """Return the one cadre that a code, or a name and an agency, means."""
        if not text:
            raise Problem(_("This line names no cadre."))
        name, in_brackets = split_agency(text)
        agency = agency or in_brackets
        if cadre := self.by_code.get(text.casefold()):
            found, how = self.at([cadre], agency), Likeness.EXACT
        else:
            found, how = self.called(text, agency)
            if not found:
                found, how = self.called(name, agency)
        if not found and (twins := twins_of(text, self.by_zeros)):
            raise Problem(not_known(quoted(text), twins))
        if not found:
            raise Problem(self.unknown(name, agency))
        if len(found) > 1:
            homes = {cadre: self.agency_of(cadre) for cadre in found}
            raise Problem(which_of(f"{cadre.code} ({home.name if home else '–'})" for cadre, home in homes.items()))
        (cadre,) = found
        if how == Likeness.PARTLY:
            raise Problem(which_of([f"{cadre.code} ({cadre.full_name})"]))
        if cadre.left_on and cadre.left_on < self.day:
            raise Problem(_("%(name)s no longer serves on that day.") % {"name": cadre.full_name})
        return cadre

    def called(self, name, agency):
        """Return those at an agency whose names fit best, and how well they do."""
        return most_alike(name, self.at(self.by_name.get(search_key(name), []), agency), attrgetter("full_name"))

    def at(self, cadres, agency):
        """Those of some cadres who work at an agency on the day, all where none is named."""
        return [cadre for cadre in cadres if not agency or has_name(self.agency_of(cadre), agency)]

    def agency_of(self, cadre):
        """Where a cadre works on the day of the decision, or None."""
        posting = cadre.posting_on(self.day)
        return posting and posting.agency

    def may_work_at(self, text, agency):
        """Whether one of those who are called so works there."""
        return bool(self.called(text, agency)[0])

    @staticmethod
    def unknown(name, agency):
        """The sentence about somebody who is not found."""
        if agency:
            return _("No cadre whom you may assign is called “%(name)s” at “%(agency)s”.") % {
                "name": quoted(name),
                "agency": quoted(agency),
            }
        return _("No cadre whom you may assign has the code or the full name “%(name)s”.") % {"name": quoted(name)}


def split_agency(text):
    """Return (name, agency) of what is written as "name (agency)"."""
    found = re.fullmatch(r"(.+?)\s*\(([^()]+)\)", text)
    return found.groups() if found else (text, "")


def has_name(agency, text):
    """Whether an agency has that name or code."""
    return agency is not None and bool(likeness(text, agency.name) or text.casefold() == agency.code.casefold())


def which_of(choices):
    """The sentence that asks which of the first few choices a line means, and says whether there are more."""
    choices = list(choices)
    more = [_("and others")] if len(choices) > SUGGESTIONS_AT_MOST else []
    return _("Which of these: %(choices)s.") % {"choices": ", ".join(choices[:SUGGESTIONS_AT_MOST] + more)}


def match_text(text, decision, user):
    """Return the ``Pasted`` of a text: what each line would add to a decision, or why it adds nothing.

    Nothing is saved. The number of queries does not depend on the number of lines.
    """
    numbered = lines_of(text)
    separator = separator_of(numbered)
    columns, header = None, ""
    if numbered:
        try:
            columns = columns_of(cells_of(numbered[0][1], separator))
        except Problem:
            columns = None
        if columns:
            header, numbered = numbered[0][1], numbered[1:]
    lines, read, role_words = [Line(number, line) for number, line in numbered], [], roles()
    for pasted in lines:
        try:
            cells = cells_of(pasted.text, separator)
            if columns:
                read.append((pasted, read_below_header(cells, columns, separator, role_words)))
            else:
                read.append((pasted, read_by_position(cells, role_words)))
        except Problem as problem:
            pasted.why_not = str(problem)
    cadres = Cadres(decision, user, {cells.cadre for _pasted, cells in read})
    places = Places(decision, user)
    for pasted, cells in read:
        try:
            match_one(pasted, cells, cadres, places)
        except Problem as problem:
            pasted.why_not = str(problem)
    found = Pasted(header, lines)
    mark_already_there(decision, found)
    describe_new_lines(decision, found)
    return found


def match_one(pasted, cells, cadres, places):
    """Set on a line its place and its unsaved ``DecisionLine``; raise ``Problem`` where either is not clear."""
    if not cells.place:
        raise Problem(_("This line names no place."))
    for cell in (cells.place, cells.cadre, cells.agency):
        if foreign := foreign_letter(cell):
            raise Problem(letter_refused(*foreign))
    place, agency = place_and_agency(cells, cadres, places)
    if (name := cells.place_name) and not is_called(place, name):
        raise Problem(code_mismatch(cells.place, place.full_path, name))
    cadre = cadres.find(cells.cadre, agency)
    if (name := cells.cadre_name) and not likeness(name, cadre.full_name):
        raise Problem(code_mismatch(cadre.code, cadre.full_name, name))
    role = cells.role or (Assignment.Role.HEAD if place.tier == Tier.REGIONAL_GROUP else Assignment.Role.IN_CHARGE)
    if role != Assignment.Role.IN_CHARGE and place.tier != Tier.REGIONAL_GROUP:
        raise Problem(_("Only a regional group has a head and support."))
    pasted.place = place
    pasted.line = DecisionLine(locality=place.locality, role=role, cadre=cadre)


def place_and_agency(cells, cadres, places):
    """Return the place of a line, and the agency where one stands before it."""
    try:
        return places.find(cells.place), cells.agency
    except Problem as problem:
        if cells.agency_and_path is None:
            raise
        whole = problem
    agency, path = cells.agency_and_path
    try:
        return places.find(path), agency
    except Problem:
        if cadres.may_work_at(cells.cadre, agency):
            raise
        raise whole from None


def is_called(place, name):
    """Whether a name, or the first part of a path, is that of a place; the word of the type may be missing."""
    parts = (name, *re.split(PATH_SIGNS, name))
    return any(likeness(part, own) for part in parts for own in (place.name, bare_name(place)))


def code_mismatch(code, found, name):
    """The sentence about a code and a name that do not belong together."""
    return _("The code %(code)s belongs to %(found)s, not to “%(name)s”.") % {
        "code": quoted(code),
        "found": found,
        "name": quoted(name),
    }


def mark_already_there(decision, found):
    """Mark what the decision has already, and what came twice."""
    known = set(decision.lines.order_by().values_list("locality", "role", "cadre"))
    for pasted in found.lines:
        if pasted.line:
            key = (pasted.line.locality_id, pasted.line.role, pasted.line.cadre_id)
            pasted.already = key in known
            known.add(key)


def describe_new_lines(decision, found):
    """Set on each new line what it does and whom it replaces; refuse a cadre who holds the role from that day."""
    localities = {pasted.line.locality_id for pasted in found.new}
    held = set(
        Assignment.objects.filter(locality__in=localities, first_day=decision.first_day)
        .order_by()
        .values_list("locality", "role", "cadre")
    )
    for pasted in found.new:
        if (pasted.line.locality_id, pasted.line.role, pasted.line.cadre_id) in held:
            pasted.why_not = _("%(name)s already holds this role there from that day.") % {
                "name": pasted.line.cadre.full_name
            }
            pasted.line = None
    new = [pasted.line for pasted in found.new]
    replacements.set_replacements(decision, new)
    taken = replacements.lines_taken_over(decision, found.matched_lines, new)
    before = replacements.held_before(decision, localities)
    for position, pasted in enumerate(found.new):
        pasted.kind = replacements.kind_of_line(pasted.line, before[pasted.line.locality_id, pasted.line.role])
        if position in taken:
            pasted.kind, pasted.instead = replacements.REPLACES, taken[position].cadre
