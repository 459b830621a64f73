"""Words about localities that several pages share: their tiers in short, and how many there are of each."""

from django.utils.translation import ngettext, pgettext_lazy

from assignments.models import Tier
from cadrenet.templatetags.figures import count

# In the width of a small sign beside a name.
SHORT_TIERS = {
    # Translators: vi "Tỉnh"
    Tier.PROVINCE: pgettext_lazy("tier, short", "Province"),
    # Translators: vi "Huyện"
    Tier.DISTRICT: pgettext_lazy("tier, short", "District"),
    # Translators: a regional group, vi "Nhóm"
    Tier.REGIONAL_GROUP: pgettext_lazy("tier, short", "Regional"),
    # Translators: vi "Xã"
    Tier.COMMUNE: pgettext_lazy("tier, short", "Commune"),
    # Translators: vi "Ấp"
    Tier.HAMLET: pgettext_lazy("tier, short", "Hamlet"),
    # Translators: a self-governing group, vi "Tổ"
    Tier.SELF_GOVERNING_GROUP: pgettext_lazy("tier, short", "Group"),
}


def count_with_unit(tier, number):
    """Say how many localities of a tier there are: "14 self-governing groups"."""
    return pattern_with_unit(tier, number) % {"number": count(number)}


def pattern_with_unit(tier, number):
    if tier == Tier.PROVINCE:
        return ngettext("%(number)s province", "%(number)s provinces", number)
    if tier == Tier.DISTRICT:
        return ngettext("%(number)s district", "%(number)s districts", number)
    if tier == Tier.REGIONAL_GROUP:
        return ngettext("%(number)s regional group", "%(number)s regional groups", number)
    if tier == Tier.COMMUNE:
        # Translators: vi "%(number)s xã, thị trấn"
        return ngettext("%(number)s commune or town", "%(number)s communes and towns", number)
    if tier == Tier.HAMLET:
        # Translators: vi "%(number)s ấp, khu phố"
        return ngettext("%(number)s hamlet or neighbourhood", "%(number)s hamlets and neighbourhoods", number)
    # Translators: vi "%(number)s tổ nhân dân tự quản"
    return ngettext("%(number)s self-governing group", "%(number)s self-governing groups", number)
