"""What the frame around every page needs: addresses of static files, and the choice of a language."""

from functools import cache

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

register = template.Library()

# The address of a static file with its fingerprint, which stays the same while a server runs.
register.simple_tag(cache(static), name="asset")

LOCAL_NAMES = {code: get_language_info(code)["name_local"] for code, _name in settings.LANGUAGES}


@register.simple_tag(takes_context=True)
def language_switch(context):
    """Print one form with a button per language, which leads back to the same page; a page has it twice."""
    page = context.render_context.dicts[0]
    if "language_switch" not in page:
        page["language_switch"] = _language_switch(context["request"], context.get("csrf_token", ""))
    return page["language_switch"]


def _language_switch(request, token):
    return format_html(
        '<form class="cn-lang" method="post" action="{}" aria-label="{}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="next" value="{}">{}</form>',
        reverse("set_language"),
        _("Language"),
        token,
        request.get_full_path(),
        _language_buttons(get_language()),
    )


@cache
def _language_buttons(current):
    """The buttons; that of the current language is marked."""
    return format_html_join(
        "",
        '<button type="submit" name="language" value="{0}" lang="{0}" title="{1}" aria-label="{1}"{2}>{3}</button>',
        (
            (code, LOCAL_NAMES[code], mark_safe(' aria-current="true"') if code == current else "", code.upper())
            for code, _name in settings.LANGUAGES
        ),
    )
