"""What a sheet for people says around its table: whose it is, what was asked for, and how it is counted."""

from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from typing import Any

from django import forms
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from cadrenet.templatetags.figures import day


def office_and_moment(request: HttpRequest) -> list[str]:
    """Return the name of the office, and by whom and when the data were taken: what every page knows by itself."""
    text = render_to_string("export/around.txt", {"moment": timezone.now()}, request)
    return [line.strip() for line in text.strip("\n").split("\n")]


def asked_for(form: forms.Form | None) -> list[str]:
    """Return a line for each field of a form by which the rows were chosen, as somebody reads it."""
    if form is None or not form.is_valid():
        return []
    return [
        _("%(what)s: %(value)s") % {"what": bound.label, "value": value}
        for bound in form.visible_fields()
        if (value := _shown(bound, form.cleaned_data.get(bound.name)))
    ]


def _shown(bound: forms.BoundField, value: Any) -> str:
    if value in (None, "", False) or value == []:
        return ""
    widget = bound.field.widget
    if isinstance(widget, forms.Select | forms.RadioSelect):
        raw = bound.value()
        chosen = [str(one) for one in raw] if isinstance(raw, list) else [str(raw)]
        options = [option for _group, some, _index in widget.optgroups(bound.name, chosen) for option in some]
        if selected := [str(option["label"]) for option in options if option["selected"]]:
            return ", ".join(selected)
    if isinstance(value, date):
        return str(day(value))
    return _("Yes") if value is True else str(value)


def how_counted(*parts: str) -> list[tuple[str, list[str]]]:
    """Return (heading, sentences) of some parts of the page on how figures are computed, named by their anchors."""
    if not parts:
        return []
    reader = _Sections(render_to_string("help/how_counted.html"))
    return [(heading, sentences) for anchor, heading, sentences in reader.sections() if anchor in {"time", *parts}]


class _Sections(HTMLParser):
    """The headings and texts of a page: each section is (anchor, heading, sentences)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("h2", "p", "dt", "dd"):
            self.texts.append((tag, dict(attrs).get("id") or "", ""))

    def handle_data(self, data: str) -> None:
        if self.texts:
            tag, anchor, text = self.texts[-1]
            self.texts[-1] = tag, anchor, text + data

    def sections(self) -> Iterator[tuple[str, str, list[str]]]:
        anchor, heading, sentences = "", "", []
        for tag, name, text in self.texts:
            text = " ".join(text.split())
            if tag == "h2":
                if heading:
                    yield anchor, heading, sentences
                anchor, heading, sentences = name, text, []
            elif tag == "dd" and sentences:
                # What is defined, and then how.
                sentences[-1] = f"{sentences[-1]}: {text}"
            else:
                sentences.append(text)
        if heading:
            yield anchor, heading, sentences
