"""The tables of this app that can be imported and exported in the administration, in the columns of their files."""

from django.utils.translation import gettext as _
from import_export.fields import Field

from cadrenet.imports import Code, Day, Number, TableResource, Text
from reports.models import PartyOrganisation, Rating, RatingLevel, RatingScheme


class Level(Text):
    """A level of the scheme that was in force at the end of the row's year."""

    def __init__(self):
        super().__init__()
        self.levels = {}

    def clean(self, value, row=None, **kwargs):
        year = row["year"]
        if not value or not year.isdigit():
            return None
        if year not in self.levels:
            scheme = RatingScheme.of_year(int(year)) if 1 <= int(year) <= 9999 else None
            self.levels[year] = {level.code: level for level in RatingLevel.objects.filter(scheme=scheme)}
        if value not in self.levels[year]:
            raise ValueError(_("“%(level)s” is not a level of the scheme of that year.") % {"level": value})
        return self.levels[year][value]

    def render(self, value, obj=None, **kwargs):
        return value.code if value else ""


class RatingTable(TableResource):
    """Ratings of party organisations, known by organisation and year."""

    needed = ("organisation_code", "year", "level")

    organisation = Field("organisation", "organisation_code", Code(PartyOrganisation))
    year = Field("year", "year", Number())
    level = Field("level", "level", Level())
    decision_number = Field("decision_number", "decision_number", Text())
    decision_on = Field("decision_on", "decision_on", Day())

    class Meta:
        model = Rating
        fields = ("organisation", "year", "level", "decision_number", "decision_on")
        import_id_fields = ("organisation", "year")
        skip_unchanged = True
        store_instance = True
        clean_model_instances = True
