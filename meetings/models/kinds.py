"""Kinds of meetings: what they are called, and at which tier each takes place."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assignments.models import Tier


class Kind(models.TextChoices):
    """What kind of meeting; the first four are of a locality, the last two of an agency."""

    COMMUNE_COMMITTEE = "commune_committee", _("Commune committee meeting")
    CELL = "cell", _("Party cell meeting")
    SELF_GOVERNING_GROUP = "self_governing_group", _("Self-governing group meeting")
    RESIDENCE = "residence", _("Residence meeting (213)")
    AGENCY = "agency", _("Agency meeting")
    TRAINING = "training", _("Training session")


KIND_LABELS = dict(Kind.choices)
# What a meeting is called together with whose it is; a language may join the two in its own way for each kind.
TITLES = {
    # Translators: vi "Họp Đảng ủy %(where)s"
    Kind.COMMUNE_COMMITTEE: _("Commune committee meeting, %(where)s"),
    # Translators: vi "Sinh hoạt chi bộ %(where)s"
    Kind.CELL: _("Party cell meeting, %(where)s"),
    # Translators: where is "Tổ số 6"; vi "Sinh hoạt %(where)s"
    Kind.SELF_GOVERNING_GROUP: _("Self-governing group meeting, %(where)s"),
    Kind.RESIDENCE: _("Residence meeting (213), %(where)s"),
    Kind.AGENCY: _("Agency meeting, %(where)s"),
    Kind.TRAINING: _("Training session, %(where)s"),
}
AGENCY_KINDS = (Kind.AGENCY, Kind.TRAINING)
# At which tier each kind of locality meeting takes place; any tier where a kind is not named.
KIND_TIERS = {
    Kind.COMMUNE_COMMITTEE: Tier.COMMUNE,
    Kind.CELL: Tier.HAMLET,
    Kind.SELF_GOVERNING_GROUP: Tier.SELF_GOVERNING_GROUP,
}
# The kind of meeting that a locality of each tier holds by itself; the tiers above hold none.
OWN_KINDS = {tier: kind for kind, tier in KIND_TIERS.items()}
# The meetings below that are shown for a tier without its own: those at which all three tiers are expected.
KIND_SHOWN_ABOVE = Kind.COMMUNE_COMMITTEE


def kind_of_another_tier():
    """Return the sentence about a kind of meeting that localities of another tier hold."""
    return gettext("This kind of meeting belongs to another tier of locality.")


def kinds_at(tier):
    """Kinds of meetings that take place at localities of a tier."""
    return [kind for kind in Kind if kind not in AGENCY_KINDS and KIND_TIERS.get(kind, tier) == tier]
