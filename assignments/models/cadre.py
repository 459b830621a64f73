"""Cadres: the people who answer for localities."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models.place import Place
from assignments.scope import ScopedQuerySet, decides, reach_of
from cadrenet.codes import CodeField, new_code
from cadrenet.dates import BoundedDateField
from cadrenet.periods import today
from cadrenet.texts import EmailField, NameField, called
from cadrenet.vietnamese import cleaned, person_sort_key, search_key


class CadreQuerySet(ScopedQuerySet):
    """Cadres of the user's part of the tree: by their agency, or by an assignment while it lay there.

    By the agency of today. Who works nowhere today, having left or being yet to come, is reached by every agency
    there was or will be: somebody has to find them.
    """

    edited_by = "decides"

    def reached(self, reach, roots):
        from assignments.models.assignment import Assignment
        from assignments.models.posting import Posting

        here = Place.objects.within(roots).standing_on(reach.day).values("locality")
        serving = Assignment.objects.all().reached_by_place(roots, reach.day).values("cadre")
        own = Q(pk=reach.cadre) if reach.cadre else Q(pk__in=[])
        at = Q(agency__locality__in=here) | Q(agency__in=sorted(reach.agencies))
        postings = Posting.objects.order_by()
        works_today = Exists(postings.on(reach.day).filter(cadre=OuterRef("pk")))
        return self.filter(
            Q(pk__in=postings.on(reach.day).filter(at).values("cadre"))
            | Q(~works_today, pk__in=postings.filter(at).values("cadre"))
            | Q(pk__in=serving)
            | own
        )

    def employed_by(self, user):
        """Cadres about whom a user decides where they work, and that they leave.

        Those who work today at an agency of the user's; of who works nowhere, those who serve where the user decides.
        """
        from assignments.models.agency import Agency
        from assignments.models.posting import staff_on, without_agency_on

        if not decides(user):
            return self.none()
        agencies, day = Agency.objects.all().editable_by(user).order_by().values("pk"), today()
        return self.editable_by(user).filter(Q(without_agency_on(day, "pk")) | staff_on(day, agencies, "pk"))

    def decided_by(self, user):
        """Cadres about whom a user decides alone: they are employed by him, and hold nothing elsewhere.

        What they hold today and later counts, and what those hold for whom they act then.
        """
        from assignments.models.assignment import Assignment
        from assignments.models.handover import Acting

        if reach_of(user).everything:
            return self
        day = today()
        held = Assignment.objects.during(day, None)
        beyond = held.exclude(pk__in=Assignment.objects.all().editable_by(user).order_by().values("pk")).order_by()
        acting = Acting.objects.during(day, None).filter(absent__in=beyond.values("cadre")).order_by()
        return self.employed_by(user).exclude(pk__in=beyond.values("cadre")).exclude(pk__in=acting.values("cadre"))

    def changeable_by(self, user):
        return self.decided_by(user)

    def serving_on(self, day):
        """Cadres who have not left by a day; the last day counts."""
        return self.filter(Q(left_on=None) | Q(left_on__gte=day))

    def with_something_left(self):
        """Cadres who have left, and hold an assignment, act or are acted for, or work somewhere beyond that day."""
        from assignments.models.assignment import Assignment
        from assignments.models.handover import Acting
        from assignments.models.posting import Posting

        after = {"last_day__gt": OuterRef("left_on")}
        goes_on = Q(**after) | Q(last_day=None)
        own = Q(cadre=OuterRef("pk"))
        return self.exclude(left_on=None).filter(
            Exists(Assignment.objects.filter(goes_on, own))
            | Exists(Posting.objects.filter(goes_on, own).order_by())
            | Exists(Acting.objects.filter(goes_on, own | Q(absent=OuterRef("pk"))))
        )

    def named(self, text):
        """Cadres whose name holds the text, or whose code it is; marks may be left out, and not mistyped."""
        return self.filter(called(text, "full_name") | Q(code__iexact=cleaned(text)))


class Cadre(models.Model):
    """An official or party member who can be assigned; needs no login.

    Where a cadre works, and as what, is dated: ``Posting``. Birth dates, addresses, identity numbers and photographs
    are never held.
    """

    # The column from which the keys are made.
    named_by = "full_name"

    class CommitteeRole(models.TextChoices):
        STANDING_COMMITTEE = "standing_committee", _("Standing Committee member")
        DISTRICT_COMMITTEE = "district_committee", _("District committee member")

    code = CodeField(_("code"), max_length=60, unique=True, default=new_code)
    full_name = NameField(_("full name"), max_length=200)
    committee_role = models.CharField(_("committee role"), max_length=20, choices=CommitteeRole, blank=True)
    party_member = models.BooleanField(_("party member"), default=True)
    email = EmailField(_("work e-mail"), blank=True)
    phone = NameField(_("work phone"), max_length=40, blank=True)
    left_on = BoundedDateField(
        _("served until"),
        null=True,
        blank=True,
        help_text=_("The last day in service; empty while the cadre serves. Assignments end by a step of their own."),
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("login"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="cadre",
    )
    sort_key = models.CharField(max_length=700, editable=False, db_index=True)
    search_key = models.CharField(max_length=200, editable=False)

    objects = CadreQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["sort_key", "search_key"])

    class Meta:
        ordering = ["sort_key", "code"]
        verbose_name = _("cadre")
        verbose_name_plural = _("cadres")

    def __str__(self):
        return self.full_name

    def save(self, *args, **kwargs):
        self.set_keys()
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("reports:cadre", args=[self.pk])

    @property
    def still_holds(self):
        """Whether somebody who has left holds something beyond that day. A query."""
        return self.left_on is not None and Cadre.objects.filter(pk=self.pk).with_something_left().exists()

    def posting_on(self, day):
        """Return where the cadre works on a day, or None. A query, unless ``all_postings`` brought them along."""
        known = getattr(self, "_prefetched_objects_cache", {}).get("postings")
        if self.pk is None:
            return None
        if known is None:
            known = self.postings.on(day).select_related("agency__locality")
        return next((row for row in known if row.holds_on(day)), None)

    @property
    def posting(self):
        """Where the cadre works on the day for which the page asked (``posting_on``), today if for none."""
        if "posted" not in self.__dict__:
            found = self.posting_on(today())
            self.posted = [found] if found else []
        return self.posted[0] if self.posted else None

    @property
    def agency(self):
        """The agency of that day, or None."""
        return self.posting and self.posting.agency

    @property
    def position(self):
        """The position of that day, or nothing."""
        return self.posting.position if self.posting else ""

    def set_keys(self):
        """Derive the keys by which the name is sorted (given name first) and found."""
        self.sort_key = person_sort_key(self.full_name)
        self.search_key = search_key(self.full_name)
