"""Who may change whose rights, of which no page, form or file has a rule of its own.

What a login reaches is made of its grants, of what its cadre answers for, and of those for whom that cadre acts:
today and on every day to come (``Held``). Whoever changes any of that, or the password that opens it, decides himself
about all of it, for as long as it lasts; nobody changes what is his own. Whoever decides everywhere is asked nothing.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.models import AccessGrant, Acting, Assignment, Cadre, Held, Place, User
from assignments.models.place import decides_at_the_top
from assignments.queries import held_outside
from assignments.scope import Root, reach_of
from cadrenet.periods import ONE_DAY


def decides_at_top(user: Any) -> bool:
    """Return whether a user decides about a whole tree, and so about the rules that hold for all of it.

    Asked for once per request, and kept on the user beside the reach. Costs one query.
    """
    found: bool | None = getattr(user, "_decides_at_top", None)
    if found is None:
        found = user._decides_at_top = decides_at_the_top(reach_of(user))
    return found


def held_beyond(user: Any) -> QuerySet[Held]:
    """What logins hold, from today on, about which a user does not decide himself on all of its days.

    Where a place lies is asked of today, as for every right; how long a right lasts, of its own last day.
    """
    reach = reach_of(user)
    rows = Held.objects.filter(last_day__gte=reach.day, first_day__lte=F("last_day"))
    if reach.everything:
        return rows.none()
    # The link of a cadre to a login lets it see nothing by itself.
    beyond = rows.exclude(agency=None, locality=None)
    for root, agency, last_day in _decided(user, reach.day):
        if agency is not None:
            ours = Q(agency=agency)
        else:
            here = Place.objects.within([root]).standing_on(reach.day)
            whole = Place.objects.whole_trees([root]).standing_on(reach.day)
            ours = Q(locality__in=here.values("locality")) | Q(agency__locality__in=whole.values("locality"))
        beyond = beyond.exclude(ours, last_day__lte=last_day)
    return beyond


def _decided(user: Any, day: date) -> list[tuple[Root, int | None, date]]:
    """What a user decides about today, ((tier, locality), agency), and the last day up to which he does."""
    rows = Held.objects.filter(user=user.pk, level=AccessGrant.Level.EDITOR, last_day__gte=day)
    spans: dict[tuple[Root, int | None], date] = {}
    for tier, locality, agency, first_day, last_day in rows.order_by("first_day", "last_day").values_list(
        "tier", "locality", "agency", "first_day", "last_day"
    ):
        what = ((tier, locality), agency)
        # A grant that follows without a gap goes on with what came before it.
        until = spans.get(what)
        if first_day <= day or (until is not None and first_day <= _day_after(until)):
            spans[what] = max(last_day, until or last_day)
    return [(root, agency, until) for (root, agency), until in spans.items()]


def _day_after(day: date) -> date:
    return day if day == date.max else day + ONE_DAY


def logins_changed_by(user: Any, logins: QuerySet[User]) -> QuerySet[User]:
    """Those of some logins whose password, grants, cadre and activity a user may change: never the own one.

    All that such a login reaches, and ever was given, lies where the user decides; so does the cadre whose it is. One
    that was never given anything belongs to no area, and is for whoever decides everywhere; so are those of staff.
    """
    reach = reach_of(user)
    if reach.everything:
        return logins
    # Read one after the other: in one, these would be more than a database takes apart.
    asked = logins.filter(is_staff=False, is_superuser=False).exclude(pk=user.pk)
    keys = set(asked.order_by().values_list("pk", flat=True)) if reach.decides or reach.decides_for else set()
    granted = AccessGrant.objects.filter(user__in=keys).order_by()
    linked = Cadre.objects.filter(user__in=keys).order_by()
    keys &= {*granted.values_list("user", flat=True), *linked.values_list("user", flat=True)}
    decided = Cadre.objects.all().decided_by(user).order_by().values("pk")
    for beyond in (
        held_beyond(user).filter(user__in=keys).values_list("user"),
        granted.exclude(pk__in=AccessGrant.objects.all().editable_by(user).order_by().values("pk")).values_list(
            "user"
        ),
        assigned_beyond(user).filter(cadre__user__in=keys).order_by().values_list("cadre__user"),
        linked.exclude(pk__in=decided).values_list("user"),
    ):
        keys -= {login for (login,) in beyond}
    return logins.filter(pk__in=keys)


def assigned_beyond(user: Any) -> QuerySet[Assignment]:
    """Assignments, of whatever days, about which a user does not decide."""
    decided = Assignment.objects.all().editable_by(user).order_by().values("pk")
    return Assignment.objects.exclude(pk__in=decided)


def refuse_acting(user: Any, acting: Acting) -> None:
    """Raise ``ValidationError`` where a user may not let one cadre see the places and tasks of another.

    Whoever acts reaches all that the one who is away answers for on these days, and sees where he came before: the
    user decides about all of it, and opens nothing to himself.
    """
    reach = reach_of(user)
    if reach.everything:
        return
    if acting.cadre_id == reach.cadre:
        raise ValidationError({"cadre": _("Nobody gives himself more to see. Ask whoever else decides here.")})
    number = held_outside(user, acting.absent_id, None, acting.last_day).count()
    if number:
        sentence = ngettext(
            "%(number)s assignment of whoever is away lies outside what you decide. Ask whoever decides there.",
            "%(number)s assignments of whoever is away lie outside what you decide. Ask whoever decides there.",
            number,
        )
        raise ValidationError({"absent": sentence % {"number": number}})
