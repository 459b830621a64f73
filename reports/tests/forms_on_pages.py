"""Forms as a reader of a page finds them: what stands in each, and what is sent when somebody fills it in."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from cadrenet.receipts import KEY

BUTTONS = {"submit", "button", "image", "reset"}


@dataclass
class PageForm:
    """One form of a page: where it goes, and (name, value) of what would be sent as it stands."""

    action: str
    method: str
    values: list = field(default_factory=list)
    # The names of the fields into which somebody types.
    texts: list = field(default_factory=list)
    # What a choice offers that is asked for and not made yet: the first that is no blank.
    offered: dict = field(default_factory=dict)

    @property
    def names(self):
        """The names of all fields."""
        return {name for name, _value in self.values} | set(self.offered)

    @property
    def key(self):
        """The key that makes it one form, None where it has none."""
        return dict(self.values).get(KEY)

    def filled(self, typed=(), choosing=True):
        """Return what is sent once something was typed; a choice that was not made is made."""
        typed = dict(typed)
        sent = [(name, value) for name, value in self.values if name not in typed]
        sent += [(name, str(value)) for name, value in typed.items()]
        if choosing:
            answered = {name for name, value in sent if value != ""}
            open_choices = {name: value for name, value in self.offered.items() if name not in {*answered, *typed}}
            sent = [(name, value) for name, value in sent if name not in open_choices] + list(open_choices.items())
        return sent


class Reader(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self):
        super().__init__()
        self.forms, self.form, self.area, self.select = [], None, None, None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name, value = attrs.get("name"), attrs.get("value") or ""
        if tag == "form":
            self.form = PageForm(attrs.get("action") or "", (attrs.get("method") or "get").lower())
            self.forms.append(self.form)
        elif self.form is None or "disabled" in attrs:
            return
        elif tag == "input" and name:
            self._input(attrs, name, value)
        elif tag == "textarea" and name:
            self.area = (name, [])
        elif tag == "select" and name:
            self.select = (name, "multiple" in attrs)
        elif tag == "option" and self.select:
            name, many = self.select
            if "selected" in attrs:
                self.form.values.append((name, value))
            elif value and not many:
                self.form.offered.setdefault(name, value)

    def _input(self, attrs, name, value):
        kind = (attrs.get("type") or "text").lower()
        if kind in BUTTONS or kind == "file":
            return
        if kind in ("checkbox", "radio"):
            if "checked" in attrs:
                self.form.values.append((name, value or "on"))
            elif kind == "radio" and value:
                self.form.offered.setdefault(name, value)
            return
        self.form.values.append((name, value))
        if kind == "text":
            self.form.texts.append(name)

    def handle_data(self, data):
        if self.area:
            self.area[1].append(data)

    def handle_endtag(self, tag):
        if tag == "textarea" and self.area:
            # A browser leaves out the line break after the tag.
            self.form.texts.append(self.area[0])
            self.form.values.append((self.area[0], "".join(self.area[1]).removeprefix("\n")))
            self.area = None
        elif tag == "select":
            self.select = None
        elif tag == "form":
            self.form = None


def all_forms_on(page):
    """Return the forms of a page, those that only ask among them."""
    reader = Reader()
    reader.feed(page)
    return reader.forms


def forms_on(page):
    """Return the forms of a page that post."""
    return [form for form in all_forms_on(page) if form.method == "post"]


def keyed_forms_on(page):
    """Return the forms of a page that are stored once however often they are sent."""
    return [form for form in forms_on(page) if form.key]
