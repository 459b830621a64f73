"""What the apps above are told. Imports go down, so this app cannot call those that build on it."""

from django.dispatch import Signal

# Who answers for some localities has changed, by an assignment or because the tree did.
# Sent with ``localities`` (ids) and ``first_day``, ``last_day`` (None: open).
answering_changed = Signal()

# An assignment is being taken back. Sent inside the transaction, after rosters followed, with ``assignment`` (its row
# is gone) and ``made_at``; who knows of something that somebody recorded on it since answers with a sentence.
assignment_taken_back = Signal()

# Places are about to change hands. Sent with ``changes`` (a list of ``assignments.changes.Change``), ``user`` and
# ``rules`` (``assignments.queries.Rules``); who knows of something that speaks against a change answers with
# (position, ``Objection``) pairs.
changes_proposed = Signal()
