"""Ratings in and out of the administration."""

from django.core.exceptions import ValidationError

from cadrenet.tables.importing import TableImport
from reports.models import Rating, RatingLevel, RatingScheme
from reports.tables import RATINGS, no_such_level, rated_while_it_existed


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
        if sentence := rated_while_it_existed({**values, "organisation_code": organisation.code}, organisation):
            raise ValidationError(sentence)
        if values["level"] not in self.levels[year]:
            raise ValidationError(no_such_level(values))
        values["level"] = self.levels[year][values["level"]]
