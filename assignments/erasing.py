"""Erasing what was cleared from a row and stands in its history still: a telephone number, a name."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from assignments.models import Erasure, User


def erasable_fields(model: type[models.Model]) -> dict[str, Any]:
    """Return name -> label of the fields whose earlier values can be erased: those into which people type text."""
    if not hasattr(model, "history"):
        return {}
    fields = model.history.model.tracked_fields
    return {
        field.name: field.verbose_name
        for field in fields
        if isinstance(field, (models.CharField, models.TextField)) and not field.choices and field.editable
    }


@transaction.atomic
def erase(row: models.Model, field: str, *, reason: str, by: User) -> Erasure:
    """Erase the earlier values of a field from the history of a row, and keep that it was done.

    What stands in the row now stays, in its history, too: whoever wants that to go clears it first. The log of the
    administration names the row as it is called now. Raises ``ValidationError`` where nothing is there to erase.
    """
    model: Any = type(row)
    stored = model._base_manager.select_for_update().get(pk=row.pk)
    records = model.history.filter(**{model._meta.pk.name: row.pk})
    number = records.exclude(**{field: getattr(stored, field)}).exclude(**{field: ""}).update(**{field: ""})
    if not number:
        raise ValidationError(
            _("Nothing but what stands there now was ever recorded in this field. Clear the field first.")
        )
    kind = ContentType.objects.get_for_model(model)
    LogEntry.objects.filter(content_type=kind, object_id=str(row.pk)).update(object_repr=str(stored)[:200])
    return Erasure.objects.create(
        table=model._meta.label_lower, row=row.pk, field=field, reason=reason, records=number, by=by
    )
