"""What runs by itself at night, and whom it tells: the administration's page, and the administrators by e-mail."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.mail import mail_admins
from django.db import DatabaseError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)


def runs() -> Any:
    """The rows in which runs are kept; this package knows no app."""
    return apps.get_model("assignments", "NightlyRun").objects


def keep_run(kind: str, began_at: datetime, **result: Any) -> None:
    """Keep what a run brought, for the page of the administration. Where that fails the run counts all the same."""
    now = timezone.now()
    try:
        runs().outdated(now).delete()
        runs().create(kind=kind, began_at=began_at, took=now - began_at, **result)
    except DatabaseError as error:
        log.error("What this run brought could not be kept: %s", str(error).strip())


def tell_administrators(subject: str, text: str) -> None:
    """Send the administrators (``ADMINS``) an e-mail. That it could not be sent is logged, and stops nothing."""
    try:
        mail_admins(subject, text)
    except OSError as error:
        log.error("The administrators could not be told by e-mail: %s", error)


def backup_warning(now: datetime) -> str:
    """Return what is wrong with the last backup: there is none, or it is too old, or its file has gone."""
    last = runs().last_backup()
    if last is None:
        return _("The database was never backed up.")
    if last.is_overdue(now):
        when = date_format(timezone.localtime(last.began_at), "SHORT_DATETIME_FORMAT")
        return _("The last backup is of %(when)s, more than a day ago.") % {"when": when}
    if last.file and is_gone(Path(last.file)):
        return _("The last backup is no longer where it was written: %(file)s") % {"file": last.file}
    return ""


def is_gone(file: Path) -> bool:
    """Whether a file is not there; where one may not look, nothing is said."""
    try:
        return not file.exists()
    except PermissionError:
        return False
