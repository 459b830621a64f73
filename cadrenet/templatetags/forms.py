"""The controls of forms as the pages lay them out."""

from uuid import uuid4

from django import forms, template
from django.utils.html import format_html

from cadrenet.receipts import KEY, key_for

register = template.Library()


@register.simple_tag(takes_context=True)
def once(context, fresh=False):
    """Print the key by which a form that is sent twice is stored once.

    A form that is shown again keeps its key; ``fresh`` is for a page that shows others beside the one that was sent.
    """
    key = uuid4() if fresh else key_for(context.get("request"))
    return format_html('<input type="hidden" name="{}" value="{}">', KEY, key)


@register.simple_tag
def control(field, extra=""):
    """Print the control of a form field with the class its kind needs; the widget itself stays as it was."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        kind = "form-check-input"
    elif isinstance(widget, forms.Select):
        kind = "form-select"
    else:
        kind = "form-control"
    classes = [kind, widget.attrs.get("class", ""), extra, "is-invalid" if field.errors else ""]
    attrs = {"class": " ".join(name for name in classes if name)}
    if widget.attrs.get("placeholder") == field.label:
        # It would say twice what the label says, and vanish while one types.
        attrs["placeholder"] = False
    return field.as_widget(attrs=attrs)


@register.filter
def control_kind(field):
    """Name the layout a form field needs: hidden, check, choices, file or box."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    return "file" if isinstance(widget, forms.FileInput) else "box"


@register.filter
def error_list(form):
    """List what is to be corrected in a form, in order of the page: where it is, what it is called, the sentence."""
    found = [{"href": "", "label": "", "text": error} for error in form.non_field_errors()]
    for field in form:
        href = "" if field.is_hidden else f"#{field.id_for_label or field.auto_id}"
        label = "" if field.is_hidden else field.label
        found += [{"href": href, "label": label, "text": error} for error in field.errors]
    return found
