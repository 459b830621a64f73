"""Guidance: documents of the higher levels that are passed on at meetings, and where that has happened."""

from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from assignments.models import Cadre, Locality, Place, Tier
from assignments.models.as_of import AsOfQuerySet
from assignments.scope import ScopedQuerySet
from cadrenet.dates import BoundedDateField
from cadrenet.periods import today
from cadrenet.texts import FreeTextField, NameField
from meetings.models.meeting import Meeting


class PassedOnAt(models.TextChoices):
    """At localities of these tiers people meet, and so guidance is passed on there."""

    COMMUNE = Tier.COMMUNE.value, _("Commune committees")
    HAMLET = Tier.HAMLET.value, _("Cells of hamlets and neighbourhoods")
    SELF_GOVERNING_GROUP = Tier.SELF_GOVERNING_GROUP.value, _("Self-governing groups")


def too_high():
    """Return the sentence about guidance for a tier that does not lie below its part of the tree."""
    return gettext("Nothing of this tier lies there. Choose another tier, or a locality further up.")


def of_another_place():
    """Return the sentence about a meeting that is not of the place at which something was passed on."""
    return gettext("This is a meeting of another place.")


def not_issued_yet():
    """Return the sentence about a day on which a document was not there."""
    return gettext("On that day the document was not issued yet.")


def of_another_tier():
    """Return the sentence about a place where an item of guidance is not to be passed on."""
    return gettext("This guidance is passed on at another tier, or in another part of the tree.")


class GuidanceQuerySet(AsOfQuerySet, ScopedQuerySet):
    """Guidance for a part of the tree in which, or above which, the user sees something."""

    def reached(self, reach, roots):
        here = Place.objects.standing_on(reach.day).filter(locality__in=[locality for _tier, locality in roots])
        above = reduce(or_, (Q(locality__in=here.values(tier)) for tier in Tier.values))
        # Of what is passed on further up than somebody sees, there is nothing to show him.
        highest = min((Tier(tier).rank for tier, _locality in roots), default=0)
        tiers = [tier for tier in PassedOnAt.values if Tier(tier).rank >= highest]
        return self.filter(Q(above, tier__in=tiers) | Q(locality__in=self.below(reach, roots)))

    def reached_to_edit(self, reach, roots):
        return self.filter(locality__in=self.below(reach, roots))

    def below(self, reach, roots):
        """The localities that are, or lie below, some roots today."""
        return Place.objects.within(roots).standing_on(reach.day).values("locality")

    def going_on(self, day):
        """What is still to be passed on, on a day."""
        return self.exclude(last_day__lt=day)

    def for_meeting(self, meeting):
        """What may be passed on at a locality's meeting: for its tier, in its part of the tree, issued by then."""
        place = meeting.place
        above = [getattr(place, f"{tier}_id") for tier in Tier.values] if place else []
        found = self.filter(tier=place.tier if place else "", locality__in=[id for id in above if id])
        return found.filter(issued_on__lte=meeting.day).going_on(meeting.day)


class Guidance(models.Model):
    """A document of a higher level, and by when all places of a tier in a part of the tree are to hear of it."""

    document = NameField(
        _("number of the document"),
        max_length=80,
        help_text=_("Kind, number and symbol: the number alone names no document."),
    )
    title = FreeTextField(_("what it is about"), max_length=200)
    level = models.CharField(_("issued by"), max_length=10, choices=Meeting.ConvenedBy)
    issued_on = BoundedDateField(_("issued on"))
    due_on = BoundedDateField(
        _("due on"), null=True, blank=True, help_text=_("Empty for what is passed on again and again.")
    )
    tier = models.CharField(_("passed on to"), max_length=20, choices=PassedOnAt)
    locality = models.ForeignKey(
        Locality, verbose_name=_("part of the tree"), on_delete=models.PROTECT, related_name="guidance"
    )
    last_day = BoundedDateField(
        _("passed on until"),
        null=True,
        blank=True,
        help_text=_("After this day nobody is asked about it any more; what was recorded stays."),
    )

    objects = GuidanceQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["-issued_on", "pk"]
        verbose_name = _("guidance")
        verbose_name_plural = _("guidance")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "issued_on", "tier", "locality"],
                name="guidance_once_for_a_tier",
                violation_error_message=_("This document is there already, for the same tier and part of the tree."),
            ),
            models.CheckConstraint(
                condition=Q(due_on=None) | Q(due_on__gte=F("issued_on")),
                name="guidance_due_after_it_was_issued",
                violation_error_message=_("It is due before it was issued."),
            ),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("issued_on")),
                name="guidance_ends_after_it_was_issued",
                violation_error_message=_("It ends before it was issued."),
            ),
        ]

    def __str__(self):
        return f"{self.document}: {self.title}"

    def get_absolute_url(self):
        return reverse("meetings:guidance_item", args=[self.pk])

    def as_of(self, day):
        """The day as of which it is told where it was passed on: the last on which anybody was asked, or that day."""
        return min(day, self.last_day) if self.last_day else day

    def goes_on(self, day):
        """Whether it is still to be passed on, on a day."""
        return self.last_day is None or day <= self.last_day

    def clean(self):
        if self.locality_id and self.tier and Tier(self.tier).rank < Tier(self.locality.tier).rank:
            raise ValidationError({"tier": too_high()})


class PassedOnQuerySet(AsOfQuerySet, ScopedQuerySet):
    """Where guidance was passed on, in the user's part of the tree."""

    def reached(self, reach, roots):
        return self.filter(locality__in=Place.objects.within(roots).standing_on(reach.day).values("locality"))

    def standing(self):
        """What counts: said of a meeting that was held, or of an occasion that was none of the place's own."""
        return self.filter(Q(meeting=None) | Q(meeting__status=Meeting.Status.HELD))


class PassedOn(models.Model):
    """That guidance was passed on at one place: at one of its meetings, or on a day on another occasion."""

    guidance = models.ForeignKey(
        Guidance, verbose_name=_("guidance"), on_delete=models.PROTECT, related_name="passed_on"
    )
    locality = models.ForeignKey(
        Locality, verbose_name=_("locality"), on_delete=models.PROTECT, related_name="guidance_passed_on"
    )
    meeting = models.ForeignKey(
        Meeting,
        verbose_name=_("meeting"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="guidance_passed_on",
    )
    day = BoundedDateField(
        _("day"), null=True, blank=True, help_text=_("Only where it was at no meeting of the place itself.")
    )
    occasion = FreeTextField(
        _("occasion"), max_length=200, blank=True, help_text=_("At what else: a larger meeting of the commune, say.")
    )
    cadre = models.ForeignKey(
        Cadre,
        verbose_name=_("passed on by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="guidance_passed_on",
        help_text=_("Empty where nobody who is in cadrenet did it: the secretary of the cell, say."),
    )

    objects = PassedOnQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["guidance", "locality", "pk"]
        verbose_name = _("guidance passed on")
        verbose_name_plural = _("guidance passed on")
        constraints = [
            models.CheckConstraint(
                condition=Q(meeting__isnull=False, day=None, occasion="") | Q(meeting=None, day__isnull=False),
                name="passed_on_at_a_meeting_or_on_a_day",
                violation_error_message=_("Name the meeting, or else the day and the occasion."),
            ),
            models.UniqueConstraint(
                fields=["guidance", "meeting"],
                name="passed_on_once_at_a_meeting",
                violation_error_message=_("It is recorded for this meeting already."),
            ),
            models.UniqueConstraint(
                fields=["guidance", "locality"],
                condition=Q(meeting=None),
                name="passed_on_once_without_a_meeting",
                violation_error_message=_("It is recorded for this place already."),
            ),
        ]

    def __str__(self):
        return f"{self.guidance.document}, {self.held_on:%d/%m/%Y}" if self.held_on else self.guidance.document

    @property
    def held_on(self) -> Any:
        """The day on which it was passed on."""
        return self.meeting.day if self.meeting else self.day

    def clean(self):
        if not (self.guidance_id and self.locality_id):
            return
        if self.meeting and self.meeting.locality_id != self.locality_id:
            raise ValidationError({"meeting": of_another_place()})
        day = self.held_on
        if day and day > today():
            raise ValidationError(gettext("That day lies ahead: nothing was passed on yet."))
        if day and day < self.guidance.issued_on:
            raise ValidationError(not_issued_yet())
        places = Place.objects.filter(locality=self.locality_id, tier=self.guidance.tier)
        if not places.under(self.guidance.locality).exists():
            raise ValidationError({"locality": of_another_tier()})
