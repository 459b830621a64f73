"""Lists to choose from, written quickly: a page has two hundred options, and Django takes two templates for each."""

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

SELECT, OPTION = "django/forms/widgets/select.html", "django/forms/widgets/select_option.html"


class Renderer(DjangoTemplates):
    """Django's own renderer of forms; the same text for a select, but without templates."""

    def render(self, template_name, context, request=None):
        widget = context.get("widget", {})
        if template_name != SELECT or any(option["template_name"] != OPTION for option in options_of(widget)):
            return super().render(template_name, context, request)
        # Every value went through escape() on its way here.
        return mark_safe(select(widget))  # noqa: S308


def options_of(widget):
    return (option for _name, options, _index in widget["optgroups"] for option in options)


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
