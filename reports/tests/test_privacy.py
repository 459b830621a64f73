"""What in a sentence looks like personal data, and what only looks like it at first sight."""

import pytest
from django.utils import translation

from reports.privacy import personal_data_in

PHONE, IDENTITY, NAME = "a phone number", "an identity number", "a person's name"


@pytest.mark.parametrize(
    "text, found",
    [
        ("Gọi lại số 0903 123 456", [PHONE]),
        ("Gọi +84903.123.456", [PHONE]),
        ("CCCD 079123456789", [IDENTITY]),
        ("CMND 321456789 bị mất", [IDENTITY]),
        ("Ông Ba bị ngập nhà", [NAME]),
        ("bà Nguyễn Thị Lan kêu thiếu nước", [NAME]),
        ("Nguyễn Văn Hùng phản ánh, 0903123456", [PHONE, NAME]),
        ("15 hộ dân ấp 4 thiếu nước sạch", []),
        ("Kinh phí 120000000 đồng", []),
        ("Kinh phí 120.000.000 đồng", []),
        ("Đường Nguyễn Thị Minh Khai hư hỏng", []),
        ("Cầu Lê Văn Sáu hư", []),
        ("Trường Tiểu học Võ Thị Sáu thiếu phòng", []),
        ("Anh em trong tổ đoàn kết", []),
        ("", []),
    ],
)
def test_personal_data_in(text, found):
    with translation.override("en"):
        assert [str(kind) for kind in personal_data_in(text)] == found
