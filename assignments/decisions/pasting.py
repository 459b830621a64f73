"""Lines of a decision, pasted from a spreadsheet: read, matched, and told why not.

Nothing is guessed. A line that fits two people, or two places, is told which these are; whoever and whatever the
user may not assign is as unknown as what does not exist.
"""

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.decisions.drafts import BEGINS, GOES_ON, REPLACES, day_before, kind_of, set_replaced, taken_over
from assignments.models import Assignment, Cadre, DecisionLine, Place, Tier
from assignments.models.place import below
from assignments.scope import reach_of
from cadrenet.templatetags import figures
from cadrenet.vietnamese import nfc, search_key

MOST_LINES = 2000
MOST_BYTES = 200_000
# So many are named where a line fits several.
SUGGESTIONS_AT_MOST = 6
# What a sentence quotes of a line.
QUOTED = 120
# What stands between the names of a path.
PATH_SIGNS = r"[›>/|,;]"

# Headings of columns, without diacritics, as offices and our own files write them.
HEADINGS = {
    "cadre_code": ["cadre code", "code of the cadre", "ma can bo", "ma so can bo"],
    "cadre": [
        "cadre",
        "name",
        "full name",
        "official",
        "can bo",
        "dong chi",
        "ho ten",
        "ho va ten",
        "ho ten can bo",
        "ho va ten can bo",
        "nguoi phu trach",
        "can bo phu trach",
    ],
    "agency": [
        "agency",
        "agency code",
        "office",
        "co quan",
        "don vi",
        "co quan cong tac",
        "don vi cong tac",
        "ma co quan",
    ],
    "locality_code": ["locality code", "ma dia ban", "ma don vi"],
    "locality": ["locality", "place", "path", "dia ban", "ten dia ban", "dia ban phu trach", "phu trach dia ban"],
    "group": ["group", "self-governing group", "to", "to ndtq", "to nhan dan tu quan"],
    "hamlet": ["hamlet", "neighbourhood", "ap", "khu pho", "ap, khu pho"],
    "commune": ["commune", "xa", "thi tran", "xa, thi tran"],
    "lies_in": ["lies in", "thuoc", "regional group", "nhom", "nhom khu vuc"],
    "role": ["role", "vai tro", "nhiem vu"],
}
KIND_OF = {heading: kind for kind, headings in HEADINGS.items() for heading in headings}
# The parts of a place from near to far.
PARTS = ["locality", "group", "hamlet", "commune", "lies_in"]
# What new lines do, in the order of the preview.
KINDS = [
    (REPLACES, gettext_lazy("Somebody is replaced")),
    (BEGINS, gettext_lazy("New")),
    (GOES_ON, gettext_lazy("Goes on")),
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
    def meant(self):
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


class Problem(Exception):
    """Why a pasted line cannot be used: a sentence."""


# --- Reading ------------------------------------------------------------------------------------------------------


def lines_of(text):
    """Return (number, text) of the lines that say something."""
    lines = enumerate(nfc(text).splitlines(), start=1)
    return [(number, line.strip("\r\n")) for number, line in lines if line.strip()]


def separator_of(lines):
    """Return what stands between the columns: a tab where there is one, else a semicolon, else a comma."""
    return next((sign for sign in "\t;" if any(sign in line for _number, line in lines)), ",")


def cells_of(text, separator):
    """Return the cells of a line; each line stands alone, so that a stray quotation mark spoils no other."""
    try:
        cells = next(csv.reader([text], delimiter=separator), [])
    except csv.Error as error:
        raise Problem(_("This line cannot be read as columns.")) from error
    return [" ".join(cell.split()) for cell in cells]


def columns_of(cells):
    """Return the kind of each column if these cells are a header, else None."""
    kinds = [KIND_OF.get(search_key(cell).strip(" .:")) for cell in cells]
    people = any(kind in ("cadre", "cadre_code") for kind in kinds)
    places = any(kind in PARTS or kind == "locality_code" for kind in kinds)
    return kinds if people and places else None


# --- Matching -----------------------------------------------------------------------------------------------------


def key_of(text):
    """How a name is compared: without diacritics, and numbers by their value (Tổ số 03 is Tổ số 3)."""
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
            name = key_of(place.name)
            self.by_name[name].append(place)
            self.by_bare_name[bare(place)].append(place)

    def find(self, text):
        """Return the one place that a code or a path means."""
        if place := self.by_code.get(text.casefold()):
            return place
        for names in (self.by_name, self.by_bare_name):
            if found := self.named(text, names):
                break
        if len(found) == 1:
            return found[0]
        if found:
            raise Problem(
                _("Which of these: %(choices)s.")
                % {"choices": some([f"{place.locality.code} ({place.full_path})" for place in found])}
            )
        raise Problem(
            _("No place that you may assign to, in %(locality)s on %(day)s, is called “%(name)s”.")
            % {
                "locality": self.decision.locality.name,
                "day": figures.day(self.decision.first_day),
                "name": quoted(text),
            }
        )

    @staticmethod
    def named(text, names):
        """Places of a path that is written from either end, with all that lies between or a part of it."""
        whole = key_of(text)
        if whole in names:
            return names[whole]
        parts = [key_of(part) for part in re.split(PATH_SIGNS, text) if part.strip()]
        found = {}
        for ordered in (parts, parts[::-1]) if len(parts) > 1 else ():
            for place in names.get(ordered[0], []):
                if lies_in(place, ordered[1:]):
                    found[place.pk] = place
        return list(found.values())


def bare(place):
    """The name of a place without the word of its type: people write "Tân Lệ" for "Xã Tân Lệ"."""
    return key_of(place.name).removeprefix(key_of(place.type.name) + " ")


def lies_in(place, names):
    """Return whether some names, from near to far, stand above a place in this order."""
    above = iter([key_of(name) for _tier, _id, name in reversed(place.chain)])
    return all(any(same(name, other) for other in above) for name in names)


def same(name, other):
    """Whether two names of what lies above are the same; the word of the type may be missing."""
    words = ("xa", "thi tran", "phuong", "ap", "khu pho", "thon", "huyen", "tinh")
    return name == other or any(f"{word} {name}" == other for word in words)


class Cadres:
    """The cadres whom a user may assign, found by code, or by full name and agency. One query."""

    def __init__(self, decision, user, texts):
        self.day = decision.first_day
        keys = {key for text in texts for key in (search_key(text), search_key(apart(text)[0]))}
        codes = {code for text in texts for code in (text, text.upper(), text.lower())}
        rows = Cadre.objects.editable_by(user).filter(Q(search_key__in=keys) | Q(code__in=codes))
        self.by_code, self.by_name = {}, defaultdict(list)
        for cadre in rows.select_related("agency__locality").order_by("code"):
            self.by_code[cadre.code.casefold()] = cadre
            self.by_name[cadre.search_key].append(cadre)

    def find(self, text, agency=""):
        """Return the one cadre that a code, or a name and an agency, means."""
        if not text:
            raise Problem(_("This line names no cadre."))
        name, in_brackets = apart(text)
        found = [self.by_code[text.casefold()]] if text.casefold() in self.by_code else []
        found = found or self.by_name.get(search_key(text)) or self.by_name.get(search_key(name), [])
        if agency or in_brackets:
            found = [cadre for cadre in found if works_at(cadre, agency or in_brackets)]
        if not found:
            raise Problem(self.unknown(name, agency or in_brackets))
        if len(found) > 1:
            choices = [f"{cadre.code} ({cadre.agency.name if cadre.agency else '–'})" for cadre in found]
            raise Problem(_("Which of these: %(choices)s.") % {"choices": some(choices)})
        (cadre,) = found
        if cadre.left_on and cadre.left_on < self.day:
            raise Problem(_("%(name)s no longer serves on that day.") % {"name": cadre.full_name})
        return cadre

    def may_work_at(self, text, agency):
        """Whether one of those who are called so works there."""
        return any(works_at(cadre, agency) for cadre in self.by_name.get(search_key(text), []))

    @staticmethod
    def unknown(name, agency):
        """The sentence about somebody who is not found."""
        if agency:
            return _("No cadre whom you may assign is called “%(name)s” at “%(agency)s”.") % {
                "name": quoted(name),
                "agency": quoted(agency),
            }
        return _("No cadre whom you may assign has the code or the full name “%(name)s”.") % {"name": quoted(name)}


def apart(text):
    """Return (name, agency) of what is written as "name (agency)"."""
    found = re.fullmatch(r"(.+?)\s*\(([^()]+)\)", text)
    return found.groups() if found else (text, "")


def works_at(cadre, agency):
    """Whether a cadre works at an agency of that name or code."""
    if cadre.agency is None:
        return False
    return search_key(agency) in (cadre.agency.search_key, search_key(cadre.agency.code))


def roles():
    """Return {word without diacritics: role}, in every language of the pages."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found |= {search_key(str(role.label)): role for role in Assignment.Role}
    return found | {search_key(role.value.replace("_", " ")): role for role in Assignment.Role}


def some(choices):
    """Some of what a line may mean, and that there are more."""
    more = [_("and others")] if len(choices) > SUGGESTIONS_AT_MOST else []
    return ", ".join(choices[:SUGGESTIONS_AT_MOST] + more)


def quoted(text):
    """A text from outside, as long as a sentence can bear."""
    return text if len(text) <= QUOTED else text[:QUOTED] + "…"


def matched(text, decision, user):
    """Return the ``Pasted`` of a text: what each line would add to a decision, or why it adds nothing.

    Nothing is written. Costs the same however many lines there are.
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
    read = [(Line(number, line), line) for number, line in numbered]
    told, words = [], roles()
    for pasted, line in read:
        try:
            told.append((pasted, told_by(cells_of(line, separator), columns, separator, words)))
        except Problem as problem:
            pasted.why_not = str(problem)
    cadres = Cadres(decision, user, {said["cadre"] for _pasted, said in told})
    places = Places(decision, user)
    for pasted, said in told:
        try:
            match_one(pasted, said, cadres, places)
        except Problem as problem:
            pasted.why_not = str(problem)
    found = Pasted(header, [pasted for pasted, _line in read])
    mark_known(decision, found)
    describe(decision, found)
    return found


def told_by(cells, columns, separator, words):
    """Return what a line says: cadre, agency, place, role, and the names that go with a code."""
    if columns:
        return told_below_header(cells, columns, separator, words)
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    role = words.get(search_key(cells[-1])) if len(cells) > 2 else None
    middle = [cell for cell in (cells[1:-1] if role else cells[1:]) if cell]
    said = {"cadre": cells[0], "agency": "", "place": ", ".join(middle), "role": role}
    if len(middle) > 1:
        # Perhaps the agency stands before the place.
        said["split"] = (middle[0], ", ".join(middle[1:]))
    return said


def told_below_header(cells, columns, separator, words):
    """As ``told_by``, where a header says what each column is."""
    if len(cells) > len(columns):
        # A path with commas among columns between commas.
        if separator != "," or columns[-1] not in PARTS:
            raise Problem(_("This line has more columns than the first line."))
        last = len(columns) - 1
        cells = [*cells[:last], ", ".join(cell for cell in cells[last:] if cell)]
    by_kind = {}
    for kind, cell in zip(columns, cells, strict=False):
        if kind and cell:
            by_kind.setdefault(kind, cell)
    role = search_key(by_kind.get("role", ""))
    if role and role not in words:
        raise Problem(_("“%(role)s” is no role.") % {"role": quoted(by_kind["role"])})
    said = {
        "cadre": by_kind.get("cadre_code") or by_kind.get("cadre", ""),
        "agency": by_kind.get("agency", ""),
        "place": ", ".join(by_kind[part] for part in PARTS if part in by_kind),
        "role": words.get(role),
    }
    if "cadre_code" in by_kind:
        # The code says who; the name is compared, and the agency may have changed since.
        said |= {"cadre_name": by_kind.get("cadre", ""), "agency": ""}
    if "locality_code" in by_kind:
        said |= {"place": by_kind["locality_code"], "place_name": by_kind.get("locality", "")}
    return said


def match_one(pasted, said, cadres, places):
    """Find the cadre and the place of a line."""
    if not said["place"]:
        raise Problem(_("This line names no place."))
    place, agency = place_and_agency(said, cadres, places)
    if (name := said.get("place_name")) and not is_called(place, name):
        raise Problem(differs(said["place"], place.full_path, name))
    cadre = cadres.find(said["cadre"], agency)
    if (name := said.get("cadre_name")) and search_key(name) != cadre.search_key:
        raise Problem(differs(cadre.code, cadre.full_name, name))
    role = said["role"] or (Assignment.Role.HEAD if place.tier == Tier.REGIONAL_GROUP else Assignment.Role.IN_CHARGE)
    if role != Assignment.Role.IN_CHARGE and place.tier != Tier.REGIONAL_GROUP:
        raise Problem(_("Only a regional group has a head and support."))
    pasted.place = place
    pasted.line = DecisionLine(locality=place.locality, role=role, cadre=cadre)


def place_and_agency(said, cadres, places):
    """Return the place of a line, and the agency where one stands before it."""
    try:
        return places.find(said["place"]), said["agency"]
    except Problem as problem:
        if "split" not in said:
            raise
        whole = problem
    agency, path = said["split"]
    try:
        return places.find(path), agency
    except Problem:
        if cadres.may_work_at(said["cadre"], agency):
            raise
        raise whole from None


def is_called(place, name):
    """Whether a name, or the first part of a path, is that of a place; the word of the type may be missing."""
    parts = {key_of(part) for part in (name, *re.split(PATH_SIGNS, name))}
    return bool(parts & {key_of(place.name), bare(place)})


def differs(code, found, name):
    """The sentence about a code and a name that do not belong together."""
    return _("The code %(code)s belongs to %(found)s, not to “%(name)s”.") % {
        "code": quoted(code),
        "found": found,
        "name": quoted(name),
    }


def mark_known(decision, found):
    """Mark what the decision has already, and what came twice."""
    known = set(decision.lines.order_by().values_list("locality", "role", "cadre"))
    for pasted in found.lines:
        if pasted.line:
            key = (pasted.line.locality_id, pasted.line.role, pasted.line.cadre_id)
            pasted.already = key in known
            known.add(key)


def describe(decision, found):
    """Say what each new line does and whom it replaces; somebody who holds it from that very day is told apart."""
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
    set_replaced(decision, new)
    taken = taken_over(decision, found.meant, new)
    before = day_before(decision, localities)
    for position, pasted in enumerate(found.new):
        pasted.kind = kind_of(pasted.line, before[pasted.line.locality_id, pasted.line.role])
        if position in taken:
            pasted.kind, pasted.instead = REPLACES, taken[position].cadre
