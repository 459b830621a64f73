from django.core.management import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cadrenet.nights import backup_warning, keep_run, tell_administrators
from cadrenet.races import Busy, one_import_at_a_time
from cadrenet.verification import Unrepaired, all_checks, look, repair


class Command(BaseCommand):
    """Nothing is written without ``--repair``, and with it only what is derived."""

    help = (
        "Compare everything that is derived (places, rosters, keys, repeated columns) with what it follows from, and "
        "what was typed with the rules that no constraint holds. Print each difference as a sentence; the status "
        "is 1 when one is left. What to do then: docs/deployment.md."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--repair", action="store_true", help="put right what is derived; what was typed is never changed"
        )
        parser.add_argument(
            "--show", metavar="N", type=int, default=20, help="print at most so many differences of a kind (20)"
        )

    def handle(self, *args, show, **options):
        began_at = timezone.now()
        try:
            found = look(all_checks(), show)
            lines, before = self.said(found), number_of(found)
            if options["repair"] and any(one.check.is_derived for one in found):
                with one_import_at_a_time():
                    repair(all_checks())
                found = look(all_checks(), show)
                lines += [_("After the repair:"), *self.said(found)]
        except (DatabaseError, Busy, Unrepaired) as error:
            sentence = _("The verification could not be carried out: %(why)s") % {"why": str(error).strip()}
            self.leave_word(began_at, [sentence], succeeded=False)
            raise CommandError(sentence) from error
        left = number_of(found)
        warning = backup_warning(began_at)
        lines += [warning] if warning else []
        for line in lines:
            self.stdout.write(line)
        self.leave_word(
            began_at,
            lines,
            tell=bool(left or warning),
            succeeded=not left,
            differences=left,
            repaired=max(before - left, 0) if options["repair"] else None,
        )
        if left:
            raise CommandError(told(left))

    def said(self, found):
        """Return what was found as lines: some sentences of each kind, and how many more there are; then the sum."""
        lines = []
        for one in found:
            lines += one.sentences
            if more := one.number - len(one.sentences):
                kind = one.check.model._meta.verbose_name_plural
                columns = ", ".join(one.columns)
                text = ngettext(
                    "and %(number)s more of this kind: %(kind)s (%(columns)s)",
                    "and %(number)s more of this kind: %(kind)s (%(columns)s)",
                    more,
                )
                lines.append(text % {"number": more, "kind": kind, "columns": columns})
        if any(one.check.is_derived for one in found):
            lines.append(_("What is derived is put right by: ./run manage verify --repair"))
        if not found:
            lines.append(_("Nothing differs."))
        return [*lines, *([told(number_of(found))] if found else [])]

    def leave_word(self, began_at, lines, *, tell=True, **result):
        """Keep the result for the page of the administration; tell the administrators of what is wrong."""
        text = "\n".join(lines)
        took = (timezone.now() - began_at).total_seconds()
        self.stdout.write(_("It took %(seconds)s s.") % {"seconds": localize(round(took, 1))})
        keep_run("verify", began_at, said=text, **result)
        if tell:
            tell_administrators(_("The verification of the database found something"), text)


def number_of(found):
    """How many differences there are in all."""
    return sum(one.number for one in found)


def told(number):
    """Say how many differences there are."""
    return ngettext("%(number)s difference", "%(number)s differences", number) % {"number": number}
