"""What an older page of a meeting asked, was told, and is asked no more: it is refused, and never dropped."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assignments.models import Cadre
from cadrenet.codes import key_in
from meetings.entries import FACTS
from meetings.models import Attendance, Meeting


def stated(text: str | None, kind: type, otherwise: Any) -> Any:
    """What a page says that it had shown; one that says nonsense has shown nothing."""
    try:
        value = json.loads(text or "null")
    except ValueError:
        return otherwise
    return value if isinstance(value, kind) else otherwise


def answers_lost(sent: Mapping[str, str], asked: Mapping[str, Any], cadres: QuerySet[Cadre] | None) -> list[str]:
    """Return names of whom and of what something was ``sent`` about, and the form (``asked``: its fields) is not.

    ``cadres`` are those whose names the sender may read.
    """
    return [*people_lost(sent, asked, cadres), *facts_lost(sent, asked)]


def people_lost(sent: Mapping[str, str], asked: Mapping[str, Any], cadres: QuerySet[Cadre] | None) -> list[str]:
    """Names of those who are no longer on the roster, and of whom something was said."""
    # Every page says of each whom it asks about what it had shown of him; whoever sends nothing of it had no page.
    keys = {name.removeprefix("was-") for name in sent if name.startswith("was-")}
    gone = [key for key in keys if key_in(key) is not None and f"status-{key}" not in asked]
    said = [int(key) for key in gone if said_of(key, sent) != shown_of(key, sent)]
    if not said:
        return []
    known = Cadre.objects.none() if cadres is None else cadres.filter(pk__in=said)
    return [cadre.full_name for cadre in known] or [_("somebody who is no longer on the roster")]


def said_of(key: str, sent: Mapping[str, str]) -> list[str]:
    """What was said of somebody: status, reason and note."""
    return [sent.get(f"{name}-{key}", "") for name in ("status", "reason", "note")]


def shown_of(key: str, sent: Mapping[str, str]) -> list[str]:
    """What the page had shown of somebody; where it says nonsense, nothing was recorded."""
    shown: list[str] = stated(sent.get(f"was-{key}"), list, [Attendance.Status.UNRECORDED.value, "", ""])
    return shown


def facts_lost(sent: Mapping[str, str], asked: Mapping[str, Any]) -> Iterator[str]:
    """Names of what was said about a meeting that is of another kind by now, or of another's to record."""
    for name, was in stated(sent.get("were"), dict, {}).items():
        if name in FACTS and name not in asked and name in sent:
            shown = {True: "1", False: "0", None: ""}.get(was, was)
            if sent[name] != str(shown):
                yield str(Meeting._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
