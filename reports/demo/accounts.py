"""One account per role, with passwords that are printed: for a demo only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext_lazy as _

from assignments.models import AccessGrant, Agency, Cadre, Locality, Tier

ADMINISTRATORS = "Administrators"


@dataclass(frozen=True)
class Account:
    """A login of the demo: what it is for, whose it is, and what it reaches beyond that person's assignments."""

    login: str
    password: str
    role: Any
    shown_as: str = ""
    person: Callable | None = None
    # (level, what the demo calls the locality or agency)
    grant: tuple | None = None
    staff: bool = False
    superuser: bool = False


def today_at(role):
    """Whoever holds a role today in the branch that all accounts of the demo share."""

    def person(demo):
        commune, day = demo.tree.demo_commune, demo.plan.today
        unit = commune if role == "in_charge" else commune.above(Tier.REGIONAL_GROUP, day)
        return demo.duties.at(unit, role, day)[0]

    return person


ACCOUNTS = [
    Account(
        "thuongtruc",
        "xem-toan-huyen",
        _("Standing Committee: sees the whole district"),
        shown_as="Thường trực Huyện ủy",
        grant=("viewer", "district"),
    ),
    Account(
        "tochuc",
        "phan-cong-can-bo",
        _("Organisation Committee: assigns, rates and administers the whole district"),
        shown_as="Ban Tổ chức Huyện ủy",
        grant=("editor", "district"),
        staff=True,
    ),
    Account("truongnhom", "truong-nhom-khu-vuc", _("Head of a regional group"), person=today_at("head")),
    Account("hotronhom", "giup-viec-truong-nhom", _("Support of a regional group"), person=today_at("support")),
    Account(
        "phutrachxa",
        "huyen-nam-toi-xa",
        _("District committee member in charge of a commune"),
        person=today_at("in_charge"),
    ),
    Account(
        "phutrachap",
        "huyen-nam-toi-ap",
        _("District official in charge of a hamlet or neighbourhood"),
        person=lambda demo: demo.duties.demo_official,
    ),
    Account(
        "vanphongxa",
        "van-phong-dang-uy",
        _("Officer of a commune party committee: records, and assigns the commune's cadres"),
        person=lambda demo: demo.duties.demo_officer,
        # An editor records too.
        grant=("editor", "commune"),
    ),
    Account(
        "phutrachto",
        "xa-nam-toi-ho",
        _("Commune cadre in charge of self-governing groups"),
        person=lambda demo: demo.duties.demo_holder,
    ),
    Account(
        "truongphong",
        "thu-truong-co-quan",
        _("Head of an agency: sees the own staff"),
        person=lambda demo: demo.people.of(demo.people.demo_agency)[0],
        grant=("viewer", "agency"),
    ),
    Account(
        "vanthu",
        "lich-hop-co-quan",
        _("Clerk of an agency: enters its meetings"),
        shown_as="Văn thư Phòng Nông nghiệp",
        grant=("recorder", "agency"),
    ),
    Account(
        "admin",
        "quan-tri-he-thong",
        _("Technical administrator"),
        shown_as="Quản trị hệ thống",
        staff=True,
        superuser=True,
    ),
]


def open_accounts(demo):
    """Create the accounts of a demo that has been written."""
    User = get_user_model()
    places = {
        "district": demo.tree.district.code,
        "commune": demo.tree.demo_commune.code,
        "agency": demo.people.demo_agency.code,
    }
    administrators, _created = Group.objects.get_or_create(name=ADMINISTRATORS)
    administrators.permissions.set(Permission.objects.all())
    for account in ACCOUNTS:
        user = User(
            username=account.login,
            display_name=account.shown_as,
            is_staff=account.staff,
            is_superuser=account.superuser,
        )
        user.set_password(account.password)
        user.save()
        if account.staff:
            user.groups.add(administrators)
        if account.person:
            cadre = Cadre.objects.get(code=account.person(demo).code)
            user.display_name = cadre.full_name
            user.save()
            cadre.user = user
            cadre.save()
        if account.grant:
            level, what = account.grant
            model, field = (Agency, "agency") if what == "agency" else (Locality, "locality")
            AccessGrant.objects.create(
                user=user,
                level=level,
                first_day=demo.plan.term_first_day,
                **{field: model.objects.get(code=places[what])},
            )


def still_open():
    """Return the accounts of the demo in this database whose printed passwords open them."""
    users = {user.username: user for user in get_user_model().objects.filter(is_active=True)}
    return [
        account
        for account in ACCOUNTS
        if account.login in users and users[account.login].check_password(account.password)
    ]


def close_accounts():
    """Close those that are still open, for good: opened again they need a new password. Return them."""
    found = still_open()
    for user in get_user_model().objects.filter(username__in=[account.login for account in found]):
        user.is_active = False
        user.set_unusable_password()
        user.save()
    return found
