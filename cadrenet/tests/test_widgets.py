"""A select or an input written without templates is the one that Django's templates write."""

from datetime import date

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe

from cadrenet.widgets import Renderer

CHOICES = [
    ("", "Everything"),
    (1, 2022),
    ("a&b", '<b>"name"</b>'),
    (mark_safe("s"), mark_safe("<i>marked</i>")),
    ("Nhóm <1>", [("x", "Xã 'X'"), ("y", "Y")]),
]


@pytest.mark.parametrize("value", [None, "", 1, "a&b", "y"])
@pytest.mark.parametrize("widget", [forms.Select, forms.SelectMultiple])
def test_a_select_is_the_same_as_from_templates(widget, value):
    attrs = {"class": 'form-select "x"', "required": True, "disabled": False, "data-n": 1_000}
    field = widget(attrs=attrs, choices=CHOICES)

    ours, theirs = (field.render("within", value, renderer=one()) for one in (Renderer, DjangoTemplates))

    assert ours == theirs


@pytest.mark.parametrize("value", [None, "", 0, 1_000, 'a&b "c" <i>', mark_safe("&amp;"), date(2022, 12, 9)])
@pytest.mark.parametrize(
    "widget", [forms.TextInput, forms.NumberInput, forms.DateInput, forms.TimeInput, forms.HiddenInput]
)
def test_an_input_is_the_same_as_from_templates(widget, value):
    field = widget(attrs={"class": 'form-control "x"', "required": True, "disabled": False, "maxlength": 1_000})

    ours, theirs = (field.render("it", value, renderer=one()) for one in (Renderer, DjangoTemplates))

    assert ours == theirs


def test_other_widgets_and_other_options_are_left_to_templates():
    class Radio(forms.Select):
        option_template_name = "django/forms/widgets/radio_option.html"

    for field in (
        forms.Textarea(),
        forms.NullBooleanSelect(),
        Radio(choices=CHOICES),
        forms.CheckboxSelectMultiple(),
    ):
        ours, theirs = (field.render("it", "", renderer=one()) for one in (Renderer, DjangoTemplates))
        assert ours == theirs
