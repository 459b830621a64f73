"""How far a long command has come, on standard error; a quick one prints nothing."""

import sys
import time

from django.utils.translation import gettext as _

from cadrenet.templatetags.figures import count

# Seconds.
SILENT = 1
ON_A_TERMINAL = 0.2
IN_A_LOG = 10

CLEAR_LINE = "\r\033[K"


class Progress:
    """Passes items through and tells how many there were, once that takes over a second.

    ``progress = Progress(options["verbosity"])``, then ``for row in progress(rows, "attendance.csv", total)``.
    A terminal shows one line that changes and disappears; a log gets a line every ten seconds.
    """

    def __init__(self, verbosity=1, *, stream=None, clock=time.monotonic):
        self.stream = stream or sys.stderr
        self.clock = clock
        self.quiet = verbosity == 0
        self.terminal = self.stream.isatty()

    def __call__(self, items, label, total=None):
        return items if self.quiet else self._told(items, label, total)

    def _told(self, items, label, total):
        due = self.clock() + SILENT
        shown = False
        try:
            for done, item in enumerate(items):
                if self.clock() >= due:
                    self._show(label, done, total)
                    shown = True
                    due = self.clock() + (ON_A_TERMINAL if self.terminal else IN_A_LOG)
                yield item
        finally:
            if shown and self.terminal:
                self.stream.write(CLEAR_LINE)
                self.stream.flush()

    def _show(self, label, done, total):
        if total is None:
            line = _("%(label)s: %(done)s") % {"label": label, "done": count(done)}
        else:
            line = _("%(label)s: %(done)s of %(total)s") % {
                "label": label,
                "done": count(done),
                "total": count(total),
            }
        self.stream.write(f"{CLEAR_LINE}{line}" if self.terminal else f"{line}\n")
        self.stream.flush()
