"""Changes of issues that mean more than the fields they touch."""

from reports.models import Issue

# What a step of an issue changes, and what its page was opened with.
STATE = ("status", "closed_on", "responsible_agency")


def reopen(issue):
    """Take back that an issue was settled or passed on; the agency that was to answer stays named.

    The row is one that the transaction holds (``cadrenet.editing.hold``).
    """
    issue.status, issue.closed_on = Issue.Status.OPEN, None
    # When it was raised is not said here: one of a mistyped day is opened again, too.
    issue.full_clean(exclude=["raised_on"])
    issue.save()
