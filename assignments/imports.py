"""The tables of this app that can be imported and exported in the administration, in the columns of their files."""

from functools import cached_property

from django.db.models import Q
from import_export.fields import Field

from assignments.actions import assignments_changed, localities_changed, refuse_orphans
from assignments.models import Agency, Assignment, Cadre, Locality, LocalityType, LocalityVersion, Tier
from cadrenet.imports import Code, Day, Flag, Number, TableResource, Text, outside


class LocalityTable(TableResource):
    """Versions of localities: a code may occur several times, with periods that do not overlap."""

    needed = ("code", "type", "name", "first_day")

    locality = Field("locality", "code", Code(Locality))
    parent = Field("parent", "parent_code", Code(Locality))
    type = Field("type", "type", Code(LocalityType))
    name = Field("name", "name", Text())
    first_day = Field("first_day", "first_day", Day())
    last_day = Field("last_day", "last_day", Day())
    households = Field("households", "households", Number())

    class Meta:
        model = LocalityVersion
        fields = ("locality", "parent", "type", "name", "first_day", "last_day", "households")
        import_id_fields = ("locality", "first_day")
        skip_unchanged = True
        store_instance = True
        clean_model_instances = True

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.made = set()  # ids of the localities that this import makes

    @cached_property
    def decided(self):
        """Ids of the localities that the user may change."""
        return set(Locality.objects.decided_by(self.user).values_list("pk", flat=True))

    def usable(self, field, queryset):
        if field.widget.model is not Locality or self.user.is_superuser:
            return queryset
        if field.column_name == "code":
            return queryset.decided_by(self.user)
        # Where the top of the user's own area lies may be repeated, and is not the user's to choose.
        above = LocalityVersion.objects.editable_by(self.user).values("parent")
        return queryset.filter(Q(pk__in=queryset.decided_by(self.user).values("pk")) | Q(pk__in=above))

    def in_order(self, rows):
        # From the top of the tree down, and what ends before what begins.
        tiers = dict(LocalityType.objects.values_list("code", "tier"))
        ranks = {code: Tier(tier).rank for code, tier in tiers.items()}
        return sorted(rows, key=lambda row: (ranks.get(row["type"], 99), not row.get("last_day"), row["first_day"]))

    def before_import_row(self, row, **kwargs):
        known, kind = self.fields["locality"].widget.rows, self.fields["type"].widget.rows.get(row["type"])
        if row["code"] and row["code"] not in known and kind:
            made = Locality(code=row["code"], tier=kind.tier)
            made.full_clean()
            made.save()
            self.made.add(made.pk)
            # A row further down may lie in it.
            known[made.code] = self.fields["parent"].widget.rows[made.code] = made

    def may_write(self, instance):
        # A new locality has no place yet by which it could be reached.
        return self.user.is_superuser or instance.locality_id in self.decided | self.made

    def before_save_instance(self, instance, row, **kwargs):
        super().before_save_instance(instance, row, **kwargs)
        if self.user.is_superuser or instance.parent_id in self.decided | self.made:
            return
        was = LocalityVersion.objects.filter(pk=instance.pk).first()
        if was is None or was.parent_id != instance.parent_id:
            raise outside()

    def check(self, instance):
        refuse_orphans(instance.locality, instance.locality.versions.all())

    def imported(self, changed, dry_run):
        if changed and not dry_run:
            localities_changed()


class CadreTable(TableResource):
    """Cadres."""

    needed = ("code", "full_name")

    code = Field("code", "code", Text())
    full_name = Field("full_name", "full_name", Text())
    agency = Field("agency", "agency_code", Code(Agency))
    position = Field("position", "position", Text())
    committee_role = Field("committee_role", "committee_role", Text())
    party_member = Field("party_member", "party_member", Flag())
    email = Field("email", "email", Text())
    phone = Field("phone", "phone", Text())

    class Meta:
        model = Cadre
        fields = ("code", "full_name", "agency", "position", "committee_role", "party_member", "email", "phone")
        import_id_fields = ("code",)
        skip_unchanged = True
        store_instance = True
        clean_model_instances = True


class AssignmentTable(TableResource):
    """Assignments, known by cadre, locality, role and first day."""

    needed = ("cadre_code", "locality_code", "role", "first_day")

    cadre = Field("cadre", "cadre_code", Code(Cadre))
    locality = Field("locality", "locality_code", Code(Locality))
    role = Field("role", "role", Text())
    first_day = Field("first_day", "first_day", Day())
    last_day = Field("last_day", "last_day", Day())
    decision_number = Field("decision_number", "decision_number", Text())
    decision_on = Field("decision_on", "decision_on", Day())
    end_reason = Field("end_reason", "end_reason", Text())

    class Meta:
        model = Assignment
        fields = (
            "cadre",
            "locality",
            "role",
            "first_day",
            "last_day",
            "decision_number",
            "decision_on",
            "end_reason",
        )
        import_id_fields = ("cadre", "locality", "role", "first_day")
        skip_unchanged = True
        store_instance = True
        clean_model_instances = True

    def in_order(self, rows):
        # Who leaves before who comes, so that a group has one head at a time.
        return sorted(rows, key=lambda row: (not row.get("last_day"), row["first_day"]))

    def imported(self, changed, dry_run):
        if not dry_run:
            assignments_changed(row for result in changed for row in (result.instance, result.original) if row)
