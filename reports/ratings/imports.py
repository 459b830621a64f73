"""Ratings in and out of the administration."""

from django.core.exceptions import ValidationError

from cadrenet.tables.importing import TableImport
from reports.models import Rating, RatingLevel, RatingScheme
from reports.models.party import no_such_level, not_rated_then
from reports.tables import RATINGS


class RatingImport(TableImport):
    """Ratings of party organisations, known by organisation and year."""

    table = RATINGS
    model = Rating

    def __init__(self, user):
        super().__init__(user)
        self.levels = {}

    def prepare(self, values):
        year, organisation = values["year"], values["organisation_code"]
        if year not in self.levels:
            levels = RatingLevel.objects.filter(scheme=RatingScheme.of_year(year))
            self.levels[year] = {level.code: level for level in levels}
        # The level that a word means is that of the year, so this comes before the rules of the row.
        if values["level"] not in self.levels[year]:
            sentence = not_rated_then(organisation.code, organisation, year) or no_such_level(values["level"], year)
            raise ValidationError(sentence)
        values["level"] = self.levels[year][values["level"]]
