"""Selects and boxes of forms, written quickly: a page has two hundred options, each two templates for Django."""

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

SELECT, OPTION = "django/forms/widgets/select.html", "django/forms/widgets/select_option.html"
INPUTS = {f"django/forms/widgets/{kind}.html" for kind in ("date", "hidden", "input", "number", "text", "time")}


class Renderer(DjangoTemplates):
    """Django's own renderer of forms; the same text for a select and an input, but without templates."""

    def render(self, template_name, context, request=None):
        widget = context.get("widget", {})
        # Every value goes through escape() on its way here.
        if template_name in INPUTS:
            return mark_safe(box(widget))  # noqa: S308
        if template_name != SELECT or any(option["template_name"] != OPTION for option in options_of(widget)):
            return super().render(template_name, context, request)
        return mark_safe(select(widget))  # noqa: S308


def options_of(widget):
    return (option for _name, options, _index in widget["optgroups"] for option in options)


def box(widget):
    """Return an input as its template writes it."""
    value = "" if widget["value"] is None else f' value="{escape(widget["value"])}"'
    begins = f'<input type="{escape(widget["type"])}" name="{escape(widget["name"])}"'
    return f"{begins}{value}{attributes(widget['attrs'])}>"


def select(widget):
    """Return a select as its template writes it, line ends included."""
    parts = [f'<select name="{escape(widget["name"])}"{attributes(widget["attrs"])}>']
    for name, options, _index in widget["optgroups"]:
        if name:
            parts.append(f'\n  <optgroup label="{escape(name)}">')
        for option in options:
            value, attrs = escape(option["value"]), attributes(option["attrs"])
            parts.append(f'\n  <option value="{value}"{attrs}>{escape(localize(option["label"]))}</option>\n')
        if name:
            parts.append("\n  </optgroup>")
    return "".join([*parts, "\n</select>"])


def attributes(attrs):
    """Return attributes as they stand in a tag; True is one without a value, and False is none."""
    return "".join(
        f" {escape(name)}" if value is True else f' {escape(name)}="{escape(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def escape(value):
    """Return a value as text that cannot break out of where it stands."""
    return conditional_escape(value if hasattr(value, "__html__") else str(value))
