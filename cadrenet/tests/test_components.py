import re
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils import translation

from cadrenet.listing import Column
from cadrenet.symbols import SYMBOLS
from cadrenet.templatetags import figures, status, tables
from cadrenet.templatetags import forms as form_tags

TEMPLATES = settings.BASE_DIR / "templates"
COMPONENTS = TEMPLATES / "components"
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def every_template():
    return sorted(path for path in TEMPLATES.rglob("*.html"))


def relative(path):
    return str(path.relative_to(TEMPLATES))


def rendered(source, **context):
    return Template("{% load status symbols %}" + source).render(Context(context))


@pytest.fixture
def staff(client, db):
    client.force_login(get_user_model().objects.create(username="staff", is_staff=True))
    return client


class Shown(HTMLParser):
    """Finds the buttons that only a script obeys and that are shown without one."""

    def __init__(self):
        super().__init__()
        self.buttons, self.unseen = [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "button" and attrs.get("type") == "button" and "hidden" not in attrs and not self.unseen:
            self.buttons.append(attrs)
        # What stands in what is hidden, or is a template for a script, is not shown either.
        if tag not in ("input", "img", "br") and (self.unseen or "hidden" in attrs or tag == "template"):
            self.unseen.append(tag)

    def handle_endtag(self, tag):
        if tag in self.unseen:
            del self.unseen[len(self.unseen) - 1 - self.unseen[::-1].index(tag) :]


# --- What every template keeps to ---------------------------------------------------------------------


@pytest.mark.parametrize("path", every_template(), ids=relative)
def test_template_has_nothing_inline(path):
    markup = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)

    assert re.findall(r"<style\b|\sstyle=|\son[a-z]+=|javascript:|data:[a-z]+/|<script(?![^>]*\ssrc=)", markup) == []


@pytest.mark.parametrize("path", every_template(), ids=relative)
def test_no_line_of_a_template_is_longer_than_can_be_read(path):
    assert [number for number, line in enumerate(path.read_text().splitlines(), 1) if len(line) > 200] == []


@pytest.mark.parametrize("path", every_template(), ids=relative)
def test_button_that_only_a_script_obeys_is_hidden_until_the_script_has_come(path):
    """On a slow line a click on it would be lost; without a script it would be so for ever."""
    shown = Shown()
    shown.feed(re.sub(r"{%.*?%}|{{.*?}}", "", path.read_text(), flags=re.DOTALL))

    assert shown.buttons == []


@pytest.mark.parametrize("path", every_template(), ids=relative)
def test_template_loads_nothing_from_elsewhere(path):
    assert re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", path.read_text()) == []


@pytest.mark.parametrize("path", sorted((settings.BASE_DIR / "static").rglob("*.css")), ids=lambda path: path.name)
def test_style_loads_nothing_from_elsewhere(path):
    addresses = re.findall(r"""url\(["']?([^"')]{0,5})""", path.read_text())

    # Bootstrap's own small images are taken out of it: a page may be styled before our sheet could switch them off.
    assert addresses == []
    assert "@import" not in path.read_text()
    assert "sourceMappingURL" not in path.read_text()


@pytest.mark.parametrize("path", sorted(COMPONENTS.glob("*.html")), ids=lambda path: path.stem)
def test_component_begins_by_naming_its_parameters(path):
    assert path.read_text().startswith("{% comment %}\n")


def included_components():
    for path in every_template():
        pattern = r'{% include "components/([a-z_]+)\.html"(?: with (.*?))?(?: only)? %}'
        for name, given in re.findall(pattern, path.read_text()):
            yield pytest.param(name, given, id=f"{relative(path)}-{name}")


@pytest.mark.parametrize("name, given", included_components())
def test_component_is_given_only_what_it_names(name, given):
    named = (COMPONENTS / f"{name}.html").read_text().partition("{% endcomment %}")[0]

    parameters = re.findall(r"(?:^|\s)([a-z_]+)=", given)

    assert [parameter for parameter in parameters if not re.search(rf"\b{parameter}\b", named)] == []


def test_every_symbol_that_a_template_names_exists():
    named = {name for path in every_template() for name in re.findall(r'{% icon "([a-z]+)" %}', path.read_text())}

    assert named - set(SYMBOLS) == set()


def test_every_status_has_a_symbol_and_a_word():
    assert [
        code for code, (icon, _tone, word) in status.STATUSES.items() if icon not in SYMBOLS or not str(word)
    ] == []


# --- The gallery --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_gallery_shows_every_component_in_every_language(staff, language):
    staff.cookies.load({settings.LANGUAGE_COOKIE_NAME: language})

    response = staff.get("/gallery/")

    shown = {template.name for template in response.templates if template.name}
    assert f'<html lang="{language}">' in response.content.decode()
    assert {f"components/{path.name}" for path in COMPONENTS.glob("*.html")} - shown == {"components/gate_art.html"}


def test_gallery_is_for_staff(client, db):
    client.force_login(get_user_model().objects.create(username="reader"))

    assert client.get("/gallery/").status_code == 403


def test_page_prints_each_symbol_that_it_uses_once_and_no_other(staff):
    page = staff.get("/gallery/").content.decode()

    used = set(re.findall(r'<use href="#i-([a-z]+)"', page))
    printed = re.findall(r'<symbol id="i-([a-z]+)"', page)
    assert sorted(printed) == sorted(used)
    assert page.count('<pattern id="hatch"') == 1


def test_links_of_the_pager_keep_the_query_string(staff):
    page = staff.get("/gallery/?quarter=2022-Q4&page=2").content.decode()

    assert re.findall(r'rel="(prev|next)" href="([^"]+)"', page) == [
        ("prev", "?quarter=2022-Q4&amp;page=1"),
        ("next", "?quarter=2022-Q4&amp;page=3"),
    ]


# --- Pages that must not fail -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_error_page_needs_no_context(name):
    page = render_to_string(name)

    assert re.findall(r'lang="(\w\w)"', page) == ["vi", "vi", "en", "es"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sign_in_page_offers_no_sign_up_and_no_reset(client, db, language):
    client.cookies.load({settings.LANGUAGE_COOKIE_NAME: language})

    page = client.get("/account/login/").content.decode()

    assert f'<html lang="{language}">' in page
    assert re.findall(r'<a [^>]*href="([^"]+)"', page) == ["#main"]


def test_closed_login_is_told_so(client, db):
    get_user_model().objects.create_user(username="former", password="mat-khau-cu-12", is_active=False)

    response = client.post("/account/login/", {"login": "former", "password": "mat-khau-cu-12"}, follow=True)

    assert response.redirect_chain == [("/account/closed/", 302)]
    assert response.templates[0].name == "account/account_inactive.html"


def test_address_that_does_not_exist_is_answered_in_the_frame(staff):
    response = staff.get("/nothing-here/")

    assert response.status_code == 404
    assert 'class="cn-side"' in response.content.decode()


# --- The generic pages --------------------------------------------------------------------------------


class Row:
    def __init__(self, name, number, day):
        self.name, self.number, self.day = name, number, day

    def get_absolute_url(self):
        return f"/rows/{self.number}/"


def test_list_shows_the_columns_of_its_file_and_leads_to_each_row(rf):
    view = {"columns": [Column("Name", "name"), Column("Number", "number"), Column("Day", "day")]}
    rows = [Row("Ấp 4 <b>", 1609, date(2022, 12, 9)), Row("Ấp 5", 0, None)]

    page = render_to_string("generic/list.html", {"title": "Rows", "view": view, "object_list": rows}, rf.get("/"))

    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", body) == [
        '<a href="/rows/1609/">Ấp 4 &lt;b&gt;</a>',
        "1.609",
        "09/12/2022",
        '<a href="/rows/0/">Ấp 5</a>',
        "0",
        "–",
    ]


def test_empty_list_says_so_in_the_words_of_its_view(rf):
    context = {
        "title": "Rows",
        "object_list": [],
        "empty_text": "No issue in Ấp 4",
        "empty_detail": "None was raised.",
    }

    page = render_to_string("generic/list.html", context, rf.get("/"))

    assert "No issue in Ấp 4" in page
    assert "<table" not in page


def test_form_page_shows_errors_and_keeps_what_was_typed(rf):
    form = PeriodForm({"last_day": "31/12/2022"})

    page = render_to_string(
        "generic/form.html", {"title": "Period", "form": form, "cancel_url": "/back/"}, rf.get("/")
    )

    assert 'href="#id_first_day"' in page
    assert 'value="31/12/2022"' in page
    assert 'href="/back/"' in page
    assert page.count("csrfmiddlewaretoken") == 3  # the form and the two language switches


def test_confirm_page_names_what_will_happen(rf):
    context = {
        "title": "End it?",
        "consequences": ["Two groups lose somebody."],
        "submit_label": "End",
        "danger": True,
    }

    page = render_to_string("generic/confirm.html", context, rf.get("/"))

    assert "<li>Two groups lose somebody.</li>" in page
    assert '<button class="btn btn-danger" type="submit">End</button>' in page


# --- Symbols and status -------------------------------------------------------------------------------


def test_symbol_that_does_not_exist_is_refused():
    with pytest.raises(TemplateSyntaxError, match="no symbol called 'cloud'"):
        rendered('{% icon "cloud" %}')


def test_symbol_in_a_component_is_printed_by_the_page():
    page = rendered('{% chip status="excused" %}{% icon_sprite %}')

    assert '<use href="#i-bolt"/>' in page
    assert f'<symbol id="i-bolt" viewBox="0 0 24 24">{SYMBOLS["bolt"]}</symbol>' in page


def test_unrecorded_has_its_own_sign_and_tone():
    with translation.override("en"):
        sign = status.status_sign("unrecorded")

    assert (sign["icon"], sign["tone"]) == ("q", "unknown")


def test_words_given_outweigh_those_of_the_table():
    assert status.status_sign("late", text="Hạn 05/01/2023") == {
        "icon": "clock",
        "tone": "warn",
        "text": "Hạn 05/01/2023",
    }


# --- Numbers for the browser, whatever the language of the page ---------------------------------------


def test_coordinates_have_a_decimal_point_in_vietnamese():
    with translation.override("vi"):
        page = rendered(
            '{% include "components/bar.html" with present=964 excused=69 absent=110 unrecorded=105 only %}'
        )

    assert 'x="77.24%" width="5.18%"' in page


# --- Text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, markup",
    [
        ("80,26%", "80,26<small>%</small>"),
        ("80,26\N{NO-BREAK SPACE}%", "80,26\N{NO-BREAK SPACE}<small>%</small>"),
        ("2.160,3\N{NO-BREAK SPACE}triệu\N{NO-BREAK SPACE}đ", "2.160,3 <small>triệu\N{NO-BREAK SPACE}đ</small>"),
        ("11 / 12", "11 / 12"),
        ("–", "–"),
        (178, 178),
    ],
)
def test_unit_after_a_large_figure_is_small(value, markup):
    assert figures.small_unit(value) == markup


@pytest.mark.parametrize(
    "change, better, least, sign, tone",
    [
        (Decimal("-0.31"), "up", "", "▼", "bad"),
        (Decimal("0.31"), "up", "", "▲", "good"),
        (17, "down", "", "▲", "bad"),
        (Decimal("-0.09"), "up", "", "▼", ""),
        (Decimal("-0.31"), "", "", "▼", ""),
        (Decimal("0.00"), "up", "", "■", ""),
        (2, "up", 5, "▲", ""),
    ],
)
def test_change_is_coloured_only_where_its_direction_means_something(change, better, least, sign, tone):
    delta = figures.delta_sign(change, "", better, least)

    assert (delta["sign"], delta["tone"]) == (sign, tone)


def test_unknown_change_prints_nothing():
    assert rendered('{% include "components/delta.html" with change=None text="–" only %}').strip() == ""


@pytest.mark.parametrize(
    "sort, direction, then",
    [("", "", "rate"), ("rate", "ascending", "-rate"), ("-rate", "descending", "rate"), ("name", "", "rate")],
)
def test_head_of_a_column_says_how_it_is_ordered(sort, direction, then):
    state = tables.sort_state("rate", sort)

    assert (state["direction"], state["next"]) == (direction, then)


# --- Forms --------------------------------------------------------------------------------------------


class PeriodForm(forms.Form):
    first_day = forms.CharField(label="From", widget=forms.TextInput(attrs={"placeholder": "From", "class": "wide"}))
    last_day = forms.CharField(label="Until", required=False, help_text="The last day counts.")
    role = forms.ChoiceField(choices=[("head", "Head")])

    def clean(self):
        raise forms.ValidationError("The period is not complete.")


def test_control_has_the_class_of_its_kind_and_no_placeholder_that_repeats_the_label():
    form = PeriodForm()

    assert form_tags.control(form["first_day"]) == (
        '<input type="text" name="first_day" class="form-control wide" required id="id_first_day">'
    )
    assert 'class="form-select"' in form_tags.control(form["role"])
    assert form.fields["first_day"].widget.attrs == {"placeholder": "From", "class": "wide"}


def test_help_and_error_of_a_field_are_tied_to_its_control():
    form = PeriodForm({"last_day": "x"})
    form.is_valid()
    form.add_error("last_day", "It lies before the first day.")

    field = rendered('{% include "components/field.html" with field=field only %}', field=form["last_day"])

    assert 'aria-describedby="id_last_day_helptext id_last_day_error"' in field
    assert 'aria-invalid="true"' in field
    assert re.findall(r'id="(id_last_day_\w+)"', field) == ["id_last_day_helptext", "id_last_day_error"]


def test_summary_of_errors_leads_to_each_field():
    form = PeriodForm({"role": "head"})

    assert form_tags.error_list(form) == [
        {"href": "", "label": "", "text": "The period is not complete."},
        {
            "href": "#id_first_day",
            "label": "From",
            "text": str(forms.Field.default_error_messages["required"]),
        },
    ]


def test_crispy_prints_our_fields_and_our_summary():
    with translation.override("en"):
        page = Template("{% load crispy_forms_tags %}{{ form|crispy }}").render(Context({"form": PeriodForm({})}))

    assert 'href="#id_first_day"' in page
    assert "asteriskField" not in page


def test_licence_of_what_is_vendored_lies_beside_it():
    vendored = Path(settings.BASE_DIR, "static", "css")

    assert (vendored / "bootstrap.LICENSE").read_text().startswith("The MIT License")
    assert "Bootstrap  v5.3.9" in (vendored / "bootstrap.min.css").read_text()[:80]
