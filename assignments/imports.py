"""The files of this app that can be imported and exported in the administration."""

from datetime import date
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from assignments.actions import assignments_changed, localities_changed, refuse_orphans
from assignments.locality_names import Standing, Types, called_alike, namesakes
from assignments.models import Assignment, Cadre, Locality, LocalityVersion, Posting, Tier
from assignments.models.posting import all_postings, posting_on
from assignments.postings.actions import correct, said_of_all_days
from assignments.tables import ASSIGNMENTS, CADRES, LOCALITIES, POSTINGS
from cadrenet.admin.scope import visible
from cadrenet.codes import new_beside_twins
from cadrenet.periods import today
from cadrenet.tables.importing import TableImport, outside, unusable
from cadrenet.tables.telling import where

ENDED = _("This assignment has ended already.")


def has_ended(assignment):
    """Return whether an assignment is over: no page changes it any more."""
    return assignment.last_day is not None and assignment.last_day < today()


class LocalityImport(TableImport):
    """Versions of localities: a code may occur several times, with periods that do not overlap."""

    table = LOCALITIES
    model = LocalityVersion

    def __init__(self, user):
        super().__init__(user)
        self.made = set()  # ids of the localities that this import makes
        self.types = Types()

    @cached_property
    def decided(self):
        """Ids of the localities that the user may change."""
        return set(Locality.objects.changeable_by(self.user).values_list("pk", flat=True))

    def usable(self, column, queryset):
        if column.refers is not Locality or self.user.is_superuser:
            return queryset
        if column.name == "code":
            return queryset.changeable_by(self.user)
        # Where the top of the user's own area lies may be repeated, and is not the user's to choose.
        above = LocalityVersion.objects.editable_by(self.user).values("parent")
        return queryset.filter(Q(pk__in=queryset.decided_by(self.user).values("pk")) | Q(pk__in=above))

    def look_up(self, rows):
        super().look_up(rows)
        words = {row.values["type"] for row in rows}
        self.named["type"] = {word: type for word in words if (type := self.types.called(word))}
        codes = {row.values["code"] for row in rows}
        for code in codes.difference(Locality.objects.filter(code__in=codes).values_list("code", flat=True)):
            # Saved with the first row about it, whose type says its tier. Rows further down may lie in it.
            self.named["code"][code] = self.named["parent_code"][code] = Locality(code=code)

    def lost_zeros(self, rows):
        # Those of one tier: 01 is a province, and 001 a district.
        stored = dict(self.usable(self.table.columns[0], Locality.objects.order_by()).values_list("code", "tier"))
        tiers = {values["code"].code: values["type"].tier for _line, values in rows} | stored
        return new_beside_twins({values["code"].code for _line, values in rows}, set(stored), tiers)

    def in_order(self, rows):
        # From the top of the tree down, and what ends before what begins.
        return sorted(
            rows,
            key=lambda row: (
                Tier(row[1]["type"].tier).rank,
                not row[1].get("last_day"),
                row[1]["first_day"] or date.min,
            ),
        )

    def prepare(self, values):
        parent, locality = values.get("parent_code"), values["code"]
        if parent and parent.pk is None:
            raise ValidationError({"parent": self.unknown(self.table.columns[0], parent.code)})
        if locality.pk is None:
            locality.tier = values["type"].tier
            locality.save()
            self.made.add(locality.pk)

    def may_write(self, row):
        # A new locality has no place yet by which it could be reached.
        return self.user.is_superuser or row.locality_id in self.decided | self.made

    def save(self, row):
        if not self.user.is_superuser and row.parent_id not in self.decided | self.made:
            was = LocalityVersion.objects.filter(pk=row.pk).first()
            if was is None or was.parent_id != row.parent_id:
                raise outside()
        super().save(row)

    def check(self, row):
        refuse_orphans(row.locality, row.locality.versions.all())

    def doubts(self, changes):
        lines = {change.row.pk: change.line for change in changes if self.says_new(change)}
        news = [change.row for change in changes if change.row.pk in lines]
        for row in news:
            if found := self.types.contradiction(row.name, row.type):
                yield lines[row.pk], found[0]
        for pair in namesakes(self.beside({row.parent_id for row in news})):
            later, other = sorted(pair, key=lambda one: lines.get(one.pk, 0), reverse=True)
            if later.pk in lines:
                place = where(lines.get(other.pk))
                yield lines[later.pk], called_alike(later.name, later.locality, other.locality, place)

    def beside(self, parents):
        """Yield what lies in some localities, as ``namesakes`` asks for it; what moved in brings its name along."""
        versions = LocalityVersion.objects.all()
        elsewhere = versions.filter(locality=OuterRef("locality")).exclude(parent=OuterRef("parent"))
        inside = Q(parent__in=parents - {None}) | (Q(parent=None) if None in parents else Q())
        rows = visible(versions, self.user).filter(inside & ~Exists(elsewhere)).select_related("locality")
        for row in rows.order_by("pk"):
            days = row.first_day or date.min, row.last_day or date.max
            yield Standing(row.pk, row.locality.code, row.parent_id, row.type_id, row.name, *days)

    @staticmethod
    def says_new(change):
        """Return whether a change is about what a locality is called, where it lies, or when."""
        row, was = change.row, change.was
        told = ("name", "type_id", "parent_id", "first_day", "last_day")
        return was is None or any(getattr(row, name) != getattr(was, name) for name in told)

    def written(self, changes):
        if changes:
            localities_changed()


class CadreImport(TableImport):
    """Cadres, known by their code. Agency and position, which know no days here, are the undated posting's."""

    table = CADRES
    model = Cadre
    POSTED = ("agency", "position")

    def stored(self, rows):
        codes = {values["code"] for _line, values in rows}
        found = visible(Cadre.objects.all(), self.user).filter(code__in=codes)
        return {(row.code,): row for row in found.prefetch_related(posting_on(today()), all_postings())}

    def differs(self, row, fields):
        own = {name: value for name, value in fields.items() if name not in self.POSTED}
        return (
            super().differs(row, own) or said_of_all_days(row.postings.all(), *self.posted(row, fields)) is not None
        )

    def fill(self, row, fields):
        super().fill(row, {name: value for name, value in fields.items() if name not in self.POSTED})
        # Written with the row, which may be new.
        self.said = self.posted(row, fields)

    def posted(self, row, fields):
        """The id of the agency, and the position, that a row of the table says; what it leaves out stays."""
        agency, position = (fields.get(name, getattr(row, name) if row.pk else None) for name in self.POSTED)
        return agency and agency.pk, position or ""

    def save(self, row):
        super().save(row)
        correct(row, *self.said, why=row._change_reason)
        # As it was read it has the posting of before.
        row.__dict__.pop("posted", None)
        row.__dict__.pop("_prefetched_objects_cache", None)


class PostingImport(TableImport):
    """Postings, known by cadre and first day."""

    table = POSTINGS
    model = Posting

    def in_order(self, rows):
        # What ends before what begins in its place.
        return sorted(rows, key=lambda row: (not row[1].get("last_day"), row[1]["first_day"] or date.min))


class AssignmentImport(TableImport):
    """Assignments, known by cadre, locality, role and first day."""

    table = ASSIGNMENTS
    model = Assignment

    def in_order(self, rows):
        # Who leaves before who comes, so that a group has one head at a time.
        return sorted(rows, key=lambda row: (not row[1].get("last_day"), row[1]["first_day"] or date.min))

    @cached_property
    def assignable(self):
        """Ids of the cadres whom the user may assign."""
        return set(Cadre.objects.all().editable_by(self.user).order_by().values_list("pk", flat=True))

    def fill(self, row, fields):
        if row.pk is not None and has_ended(row) and not self.user.is_superuser:
            raise ValidationError(ENDED)
        super().fill(row, fields)
        if row.pk is None and row.cadre_id not in self.assignable:
            raise ValidationError({"cadre": unusable(Cadre, row.cadre.code)})

    def written(self, changes):
        assignments_changed(row for change in changes for row in (change.row, change.was) if row)
