"""What the reader of a page may do that few may."""

from django import template
from django.urls import reverse

from assignments.rights import decides_at_top

register = template.Library()


@register.simple_tag(takes_context=True)
def erasing_url(context, row):
    """Return the address on which something is erased from the history of a row; nothing for whoever may not."""
    user = context["request"].user
    if not (user.has_perm("assignments.add_erasure") and decides_at_top(user)):
        return ""
    return reverse("admin:assignments_erasure_add", query={"table": row._meta.label_lower, "row": row.pk})
