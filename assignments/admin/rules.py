"""The administration of rules with dates: coverage, limits, holders, terms."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from assignments.admin.shared import DecidedAtTop
from assignments.models import CoverageRule, HolderRule, Limit, Term
from cadrenet.admin.lists import InForceFilter
from cadrenet.admin.rules import RuleAdmin


@admin.register(CoverageRule)
class CoverageRuleAdmin(DecidedAtTop, RuleAdmin):
    """How many people answer for a locality of each tier."""

    what = _(
        "A locality of this tier counts as covered when at least so many cadres hold this role there on the day "
        "that is asked for. Coverage, and the list of places with nobody, follow this row."
    )
    fields = list_display = ["tier", "role", "minimum", "first_day", "last_day"]


@admin.register(Limit)
class LimitAdmin(DecidedAtTop, RuleAdmin):
    """Numbers the office decides."""

    what = _(
        "One number that the office decides: a deadline, a minimum tenure, a smallest number that is shown. On "
        "days for which there is no row, the number that cadrenet ships with holds."
    )
    fields = list_display = ["name", "value", "first_day", "last_day"]
    list_filter = ["name", InForceFilter]


@admin.register(HolderRule)
class HolderRuleAdmin(DecidedAtTop, RuleAdmin):
    """What somebody must be in order to hold a role at a tier."""

    what = _(
        "Who should hold this role at this tier. Somebody else may be assigned too: then a warning is shown, and a "
        "reason is asked for and kept."
    )
    fields = list_display = ["tier", "role", "holder", "first_day", "last_day"]


@admin.register(Term)
class TermAdmin(DecidedAtTop, RuleAdmin):
    """Terms of office."""

    what = _(
        "A term of office. An assignment belongs to the term in which it began; a new decision can begin with the "
        "list of the last term."
    )
    fields = list_display = ["name", "first_day", "last_day"]
