"""A plan as a page shows it before it is carried out: day by day, with what is special."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.visibility import can_see_place
from cadrenet.editing import digest
from cadrenet.templatetags.figures import count, daytime
from cadrenet.templatetags.figures import day as written
from meetings.planning.plan import Plan
from meetings.planning.queries import expected_twice, successors

# Of people who are expected twice so many are named.
NAMED = 5


@dataclass
class PreviewDay:
    """The meetings of one day, by when they are; and what is to be said about it."""

    day: date
    number: int = 0
    times: set = field(default_factory=set)
    notes: list = field(default_factory=list)
    off: str = ""

    @property
    def when(self):
        """The times at which they are held: 19:00–20:30."""
        return ", ".join(sorted(self.times))


def span(meeting):
    """When a meeting is held, by the clock of the office."""
    starts, ends = meeting.starts_at, meeting.ends_at
    return f"{starts:%H:%M}–{ends:%H:%M}" if ends else f"{starts:%H:%M}"


class Preview:
    """What a plan would do. ``names`` are those of the places, by locality."""

    def __init__(self, plan: Plan, user, names, unconfirmed=()):
        self.plan, self.user, self.names = plan, user, names
        self.unconfirmed = [str(year) for year in unconfirmed]

    @property
    def number(self):
        """How many meetings are new."""
        return len(self.plan.new)

    @property
    def seen(self):
        """What was seen, in short: whoever sends it along has seen this plan and no other."""
        rows = [
            [f"{meeting.locality_id} {meeting.starts_at}" for meeting in some]
            for some in (self.plan.new, self.plan.changed, self.plan.gone)
        ]
        return digest([repr(rows)])

    @property
    def does_anything(self):
        """Whether any meeting would be new, changed or removed."""
        return bool(self.plan.new or self.plan.changed or self.plan.gone)

    @cached_property
    def days(self):
        """The days of the time that is planned, in order."""
        found = {}
        ended = successors({row.pattern.locality_id for row in self.plan.missing}, self.user)
        told = set()
        for row in sorted(self.plan.occurrences, key=lambda row: (row.day, row.pattern.locality_id)):
            line = found.setdefault(row.day, PreviewDay(row.day))
            name = self.names.get(row.pattern.locality_id, "")
            if row.off:
                # Translators: days off that follow each other; vi "Nghỉ Tết Nguyên Đán: 04/02 – 10/02/2027"
                line.off = _("%(name)s, days off: %(first)s – %(last)s") % {
                    "name": row.off.name,
                    "first": date_format(row.off.first_day, "MONTH_DAY_FORMAT"),
                    "last": written(row.off.last_day),
                }
            if row.place is None:
                if row.pattern.locality_id not in told:
                    told.add(row.pattern.locality_id)
                    line.notes.append(self.gone_by_then(name, ended.get(row.pattern.locality_id), row.day))
            elif row.kept:
                words = {"name": name, "moment": daytime(row.kept.starts_at)}
                line.notes.append(_("%(name)s: there is a meeting by hand already, %(moment)s") % words)
            elif row.meeting:
                line.number += 1
                line.times.add(span(row.meeting))
        return [line for line in found.values() if line.number or line.notes]

    def gone_by_then(self, name, names, day):
        """The sentence about a locality that does not exist any more on a day."""
        if names:
            words = {"name": name, "others": ", ".join(names), "day": written(day)}
            return _("%(name)s has become part of %(others)s by %(day)s: no meetings of its own") % words
        return _("%(name)s does not exist any more on %(day)s: no meetings of its own") % {
            "name": name,
            "day": written(day),
        }

    @cached_property
    def twice(self):
        """Sentences about people who are expected at two places at the same time, and how many more there are."""
        told = [self.sentence(pair) for pair in self.pairs[:NAMED]]
        if more := len(self.pairs) - len(told):
            told.append(ngettext("and %(number)s more", "and %(number)s more", more) % {"number": count(more)})
        return told

    @cached_property
    def pairs(self):
        """Who is expected at two places at the same time."""
        return expected_twice(self.plan)

    @property
    def people_twice(self):
        """How many people that are."""
        return len({pair.cadre.pk for pair in self.pairs})

    def sentence(self, pair):
        other = pair.other.title if can_see_place(pair.other.place, self.user) else _("another meeting")
        return _("%(cadre)s, %(moment)s: %(one)s and %(other)s") % {
            "cadre": pair.cadre.full_name,
            "moment": daytime(pair.meeting.starts_at),
            "one": pair.meeting.title,
            "other": other,
        }

    @property
    def numbers(self):
        """What it would do to meetings there are, in sentences."""
        changed, gone, kept = len(self.plan.changed), len(self.plan.gone), len(self.plan.kept)
        told = [
            (ngettext("%(number)s meeting changes.", "%(number)s meetings change.", changed), changed),
            (ngettext("%(number)s meeting is removed.", "%(number)s meetings are removed.", gone), gone),
            (
                ngettext(
                    "%(number)s stays as it was made by hand.", "%(number)s stay as they were made by hand.", kept
                ),
                kept,
            ),
        ]
        return [sentence % {"number": count(number)} for sentence, number in told if number]
