"""Changes of issues that mean more than the fields they touch."""

from reports.models import Issue


def reopen(issue):
    """Take back that an issue was settled or passed on; the agency that was to answer stays named."""
    issue.status, issue.closed_on = Issue.Status.OPEN, None
    issue.full_clean()
    issue.save()
