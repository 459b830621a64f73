"""Invented names of people, as common and as often repeated as real ones."""

FAMILY = {
    "Nguyễn": 36,
    "Trần": 12,
    "Lê": 11,
    "Phạm": 7,
    "Huỳnh": 6,
    "Võ": 5,
    "Phan": 4,
    "Trương": 3,
    "Đặng": 3,
    "Bùi": 2,
    "Đỗ": 2,
    "Hồ": 2,
    "Ngô": 2,
    "Dương": 2,
    "Đoàn": 1,
    "Lý": 1,
    "Mai": 1,
    "Châu": 1,
    "Cao": 1,
    "Lâm": 1,
    "Thái": 1,
    "Tạ": 1,
}
# What stands twice is twice as common.
MIDDLE = {
    "man": "Văn, Văn, Văn, Hữu, Hữu, Minh, Quốc, Thanh, Hoàng, Đức, Công, Tấn, Chí, Ngọc, Thành, Trung, Đình, Nhựt",
    "woman": "Thị, Thị, Thị, Thị, Thị, Thị Kim, Thị Ngọc, Thị Thu, Thị Mỹ, Thị Bích, Thị Hồng, Thị Thanh, Ngọc, Kim, "
    "Mỹ, Thùy",
}
GIVEN = {
    "man": "An, Bảo, Bình, Cảnh, Chiến, Đạt, Điền, Giàu, Hải, Hậu, Hiếu, Hòa, Hùng, Huy, Khải, Khoa, Kiệt, Lâm, Lộc, "
    "Lợi, Long, Luân, Mẫn, Nam, Nghĩa, Nhân, Nhơn, Phong, Quang, Quân, Sơn, Tài, Tâm, Tân, Thắng, Thiện, "
    "Thịnh, Tiến, Tín, Trí, Tuấn, Tùng, Việt, Vinh",
    "woman": "Anh, Ánh, Chi, Cúc, Diễm, Diệu, Dung, Duyên, Giang, Hà, Hạnh, Hiền, Hoa, Hương, Huyền, Lan, Lệ, Liên, "
    "Linh, Loan, Ly, Mai, My, Nga, Ngân, Nhi, Nhung, Oanh, Phượng, Quyên, Sương, Thảo, Thơ, Thủy, Tiên, Trang, "
    "Trinh, Tuyết, Vân, Xuân, Yến",
}
WOMEN = 0.42
# Somebody bears these in public life; nobody here is meant.
PUBLIC = {
    "Bùi Thanh Sơn",
    "Huỳnh Thành Đạt",
    "Huỳnh Tấn Việt",
    "Lê Hoàng Quân",
    "Lê Minh Trí",
    "Lê Quốc Phong",
    "Lê Thành Long",
    "Nguyễn Chí Thanh",
    "Nguyễn Hữu Nghĩa",
    "Nguyễn Minh Quang",
    "Nguyễn Thanh Tùng",
    "Nguyễn Thành Phong",
    "Nguyễn Thùy Linh",
    "Nguyễn Thị Kim Ngân",
    "Nguyễn Thị Thu Hà",
    "Nguyễn Văn Hiếu",
    "Nguyễn Văn Hùng",
    "Nguyễn Văn Thắng",
    "Nguyễn Đức Hải",
    "Phạm Minh Quang",
    "Trương Mỹ Hoa",
    "Trần Quốc Tuấn",
    "Trần Văn Sơn",
    "Trần Đức Thắng",
    "Đỗ Văn Chiến",
}


def full_name(rng):
    """Return one full name, with its tones."""
    sex = "woman" if rng.random() < WOMEN else "man"
    while True:
        family = rng.choices(list(FAMILY), weights=list(FAMILY.values()))[0]
        middle, given = (rng.choice(names[sex].split(", ")) for names in (MIDDLE, GIVEN))
        name = f"{family} {middle} {given}"
        if given not in middle.split() and given != family and name not in PUBLIC:
            return name
