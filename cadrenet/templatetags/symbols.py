"""Line symbols: each stands where it is used, and a page ends with the drawings of those it used."""

from django import template
from django.utils.safestring import mark_safe

from cadrenet.symbols import SYMBOLS

register = template.Library()


def _used(context):
    """Return the names of the symbols used on the page so far, in order of first use.

    ``only`` gives a component a fresh context and a fresh layer of the render context; the lowest layer is
    the one thing that a page and all its components share.
    """
    return context.render_context.dicts[0].setdefault("cadrenet_symbols", {})


@register.simple_tag(takes_context=True)
def icon(context, name):
    """Print a line symbol; the page ends with ``{% icon_sprite %}``, which holds the drawing."""
    return drawn(context, name)


def drawn(context, name):
    """Return a symbol as the page prints it, and note that the page needs its drawing."""
    if name not in SYMBOLS:
        raise template.TemplateSyntaxError(f"There is no symbol called {name!r}.")
    _used(context)[name] = True
    # A name of our own table, which needs no escaping.
    return mark_safe(f'<svg class="cn-i" aria-hidden="true"><use href="#i-{name}"/></svg>')  # noqa: S308


@register.simple_tag(takes_context=True)
def hatch(context):
    """Print the address of the hatching that means "unrecorded", for an SVG ``fill``."""
    _used(context)["hatch"] = True
    return "url(#hatch)"


@register.simple_tag(takes_context=True)
def icon_sprite(context):
    """Print the drawings of the symbols used above: once, at the end of a page or of a part sent alone."""
    # crispy renders forms apart from the page, so what a form may need is always there.
    used = {"alert": True, "check": True} | _used(context)
    drawings = "".join(
        f'<symbol id="i-{name}" viewBox="0 0 24 24">{SYMBOLS[name]}</symbol>' for name in used if name != "hatch"
    )
    if "hatch" in used:
        drawings += (
            '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)">'
            '<rect class="s-hatch-bg" width="6" height="6"/><path class="s-hatch" d="M0 0v6"/></pattern>'
        )
    # Every part is a constant of this project; nothing here was typed by a user.
    return mark_safe(f'<svg class="cn-sprite" aria-hidden="true">{drawings}</svg>') if drawings else ""  # noqa: S308
