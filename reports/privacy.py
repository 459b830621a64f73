"""What in a text looks like personal data of residents. It only looks so: whoever writes decides."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

# 0903 123 456, +84 903.123.456; and numbers of identity cards, which have nine or twelve digits.
PHONE = re.compile(r"(?<![\d.,])(?:\+?84|0)(?:[ .\-]?\d){8,10}(?!\d)")
IDENTITY = re.compile(r"(?<![\d.,])(?:\d{9}|\d{12})(?![\d.,]*\d| ?(?:đ|VN))")

SURNAMES = (
    "Bùi|Châu|Cao|Đặng|Đào|Đinh|Đoàn|Đỗ|Dương|Hà|Hồ|Hoàng|Huỳnh|Lâm|Lê|Lương|Lưu|Lý|Mai|Ngô|Nguyễn|Phạm|Phan|Phùng|"
    "Tạ|Thái|Tô|Tôn|Trần|Trịnh|Trương|Võ|Vũ|Vương"
)
UPPER = "A-ZÀ-ÖØ-ÞĂĐĨŨƠƯẠ-Ỹ"
WORD = rf"[{UPPER}][^\W\d_]+"
# A way of address before a capital letter, or a surname with two more words in capitals, or with a middle name.
ADDRESSED = re.compile(
    rf"\b(?:ông|bà|anh|chị|cô|chú|bác|em|cụ|Ông|Bà|Anh|Chị|Cô|Chú|Bác|Cụ|Mr|Mrs|Ms|Sr|Sra)\.? {WORD}"
)
FULL_NAME = re.compile(rf"(?P<before>\w+ )?\b(?:{SURNAMES})(?: {WORD}){{2,3}}\b")
# Roads, bridges, schools and the like are named after people who are no residents.
PUBLIC = {"đường", "cầu", "trường", "chợ", "phố", "công", "kênh", "bệnh", "xã", "ấp", "học", "viện", "sở"}


def personal_data_in(text):
    """Return what a text seems to hold, in words: a phone number, an identity number, a name. Empty when nothing."""
    found = []
    rest = PHONE.sub(" ", text)
    if rest != text:
        found.append(_("a phone number"))
    if IDENTITY.search(rest):
        found.append(_("an identity number"))
    if ADDRESSED.search(text) or any(names_a_person(match) for match in FULL_NAME.finditer(text)):
        found.append(_("a person's name"))
    return found


def names_a_person(match):
    """Tell a resident's name from that of a road: by the word before it."""
    before = (match["before"] or "").strip().lower()
    return before not in PUBLIC


class PersonalDataMixin:
    """Ask once more before a text is kept that looks as if it held a phone number, an identity number or a name.

    A warning and no bar: whoever ticks that it holds nothing of the kind saves it. ``checked_fields`` are looked at.
    """

    checked_fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["sure"] = forms.BooleanField(
            label=_("I have looked: it holds no personal data of residents"), required=False, widget=forms.HiddenInput
        )

    def clean(self):
        cleaned = super().clean()
        for name in self.checked_fields:
            found = personal_data_in(cleaned.get(name) or "")
            if not found:
                continue
            self.fields["sure"].widget = forms.CheckboxInput()
            if not cleaned.get("sure"):
                self.add_error(
                    name,
                    _("This looks as if it held %(what)s. Leave it out, or tick below that it holds none.")
                    % {"what": ", ".join(str(kind) for kind in found)},
                )
        return cleaned
