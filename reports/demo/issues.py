"""Issues and resources: themes and a sentence, without names of anybody."""

from datetime import timedelta

from assignments.models import Tier
from reports.demo.cadres import RESPONSIBLE
from reports.demo.localities import text
from reports.demo.plan import some_day

DAY = timedelta(days=1)
# How often each theme is raised, and (kind, sentence) of each.
THEMES = {"roads": 26, "water": 18, "environment": 13, "social_policy": 11, "land": 10, "security": 8}
THEMES |= {"administration": 7, "prices": 5, "other": 2}
SENTENCES = {
    "roads": [
        ("recommendation", "Đề nghị nâng cấp đường liên tổ, mặt đường đọng nước sau mưa"),
        ("recommendation", "Đề nghị lắp đèn chiếu sáng đoạn đường vào nhà văn hóa ấp"),
        ("difficulty", "Cầu dân sinh qua rạch xuống cấp, xe tải nhẹ không qua được"),
        ("difficulty", "Lộ bê tông bị sụt lún một đoạn khoảng 40 m, đi lại khó khăn"),
        ("feedback", "Xe chở vật liệu quá tải làm hư đường ấp"),
        ("recommendation", "Đề nghị phát quang hai bên đường, che khuất tầm nhìn"),
    ],
    "water": [
        ("difficulty", "Nước sinh hoạt nhiễm mặn trong mùa khô, hộ cuối tuyến thiếu nước ngọt"),
        ("recommendation", "Đề nghị mở rộng tuyến ống cấp nước đến các tổ cuối ấp"),
        ("difficulty", "Cống ngăn mặn rò rỉ, nước mặn vào mương vườn"),
        ("feedback", "Áp lực nước yếu vào giờ cao điểm buổi chiều"),
        ("recommendation", "Đề nghị nạo vét kênh nội đồng trước vụ sản xuất"),
    ],
    "environment": [
        ("feedback", "Rác chưa được thu gom đúng lịch, tồn đọng ở đầu đường"),
        ("difficulty", "Mùi hôi từ khu chăn nuôi ảnh hưởng các hộ lân cận"),
        ("recommendation", "Đề nghị đặt thêm điểm tập kết vỏ bao bì thuốc bảo vệ thực vật"),
        ("feedback", "Nước thải cơ sở sơ chế dừa chảy ra rạch"),
    ],
    "social_policy": [
        ("recommendation", "Đề nghị rà soát lại danh sách hộ được hỗ trợ nhà ở"),
        ("feedback", "Chi trả chế độ trợ cấp hằng tháng chậm so với lịch"),
        ("difficulty", "Lao động lớn tuổi khó tìm việc làm tại chỗ, cần lớp nghề phù hợp"),
        ("recommendation", "Đề nghị hướng dẫn hồ sơ vay vốn giải quyết việc làm"),
    ],
    "land": [
        ("difficulty", "Hồ sơ tách thửa chờ lâu, chưa có kết quả đo đạc"),
        ("recommendation", "Đề nghị công khai mốc lộ giới tuyến đường mở rộng"),
        ("feedback", "Ranh đất công cạnh trường học bị lấn chiếm"),
        ("recommendation", "Đề nghị hoán đổi đất làm sân sinh hoạt cộng đồng"),
    ],
    "security": [
        ("feedback", "Thanh thiếu niên tụ tập chạy xe gây ồn ban đêm"),
        ("recommendation", "Đề nghị tăng tuần tra ban đêm, đã xảy ra trộm cắp nhỏ"),
        ("difficulty", "Camera an ninh của tổ hư, chưa có kinh phí sửa chữa"),
    ],
    "administration": [
        ("feedback", "Thủ tục xác nhận phải đi lại nhiều lần"),
        ("recommendation", "Đề nghị có người hướng dẫn nộp hồ sơ trực tuyến tại nhà văn hóa ấp"),
        ("feedback", "Giờ tiếp nhận hồ sơ chưa thuận tiện cho người đi làm"),
    ],
    "prices": [
        ("difficulty", "Giá dừa giảm, chi phí phân bón tăng, thu nhập giảm"),
        ("feedback", "Giá vật tư nông nghiệp giữa các điểm bán chênh lệch nhiều"),
        ("recommendation", "Đề nghị kết nối nơi tiêu thụ bưởi và dừa xiêm"),
    ],
    "other": [
        ("recommendation", "Đề nghị trang bị thêm bàn ghế cho nhà văn hóa ấp"),
        ("feedback", "Sóng điện thoại yếu ở các tổ ven sông"),
    ],
}
RESOURCES = [
    ("money", "Đóng góp xây dựng đường liên tổ", (15, 180)),
    ("money", "Hỗ trợ học bổng cho học sinh vượt khó", (5, 40)),
    ("money", "Kinh phí lắp đèn chiếu sáng đường ấp", (8, 60)),
    ("materials", "Xi măng và đá làm lộ bê tông", (12, 150)),
    ("materials", "Vật liệu sửa cầu dân sinh", (20, 220)),
    ("materials", "Bồn chứa nước ngọt mùa hạn mặn", (6, 50)),
    ("labour", "Ngày công làm đường, nạo vét kênh", (4, 45)),
    ("land", "Hiến đất mở rộng đường liên ấp", (30, 260)),
    ("expertise", "Tập huấn kỹ thuật trồng dừa hữu cơ", (3, 20)),
    ("other", "Máy tính cho nhà văn hóa ấp", (8, 35)),
]
DONORS = [
    "Quỹ Vì người nghèo huyện",
    "Hội đồng hương huyện",
    "Một doanh nghiệp chế biến dừa",
    "Một hợp tác xã nông nghiệp",
    "Ngân hàng trên địa bàn huyện",
    "Câu lạc bộ thiện nguyện",
    "Một cá nhân",
    "Nhân dân trong ấp",
]


def issue_rows(plan, tree, people):
    """The rows of ``issues.csv``: fresh and old ones, some pressing and overdue."""
    rng = plan.random("issues")
    found = []
    for number in range(1, plan.scaled(84) * plan.quarters + 1):
        raised_on = some_day(rng, plan.first_day, plan.today - DAY)
        unit = some_unit(rng, tree, raised_on)
        # The demo's hamlet has some of its own, the first of them still open.
        if number <= plan.quarters + 3:
            unit = tree.demo_hamlet
        theme = rng.choices(list(THEMES), weights=list(THEMES.values()))[0]
        kind, summary = rng.choice(SENTENCES[theme])
        urgent = kind == "difficulty" and rng.random() < 0.3
        closed_on = closing_day(plan, rng, raised_on, urgent) if number > 1 else None
        passed_on = rng.random() < (0.45 if closed_on is None else 0.35)
        if passed_on:
            agency = people.agencies[RESPONSIBLE[theme]]
        else:
            commune = unit.above(Tier.COMMUNE, raised_on)
            agency = people.committees[tree.communes.index(commune)]
        status = "closed" if closed_on else "escalated" if passed_on else "open"
        found.append((raised_on, number, unit, kind, urgent, theme, summary, status, closed_on, agency))
    found.sort(key=lambda issue: issue[:2])
    return [
        {
            "code": f"{plan.prefix}I{number:05}",
            "locality_code": unit.code,
            "raised_on": text(raised_on),
            "kind": kind,
            "urgent": text(int(urgent)),
            "theme": theme,
            "summary": summary,
            "status": status,
            "closed_on": text(closed_on),
            "responsible_agency_code": agency.code,
        }
        for number, (raised_on, _, unit, kind, urgent, theme, summary, status, closed_on, agency) in enumerate(
            found, start=1
        )
    ]


def closing_day(plan, rng, raised_on, urgent):
    """Return when an issue was closed, or None: most within three months, the pressing sooner or never."""
    if rng.random() < (0.25 if urgent else 0.1):
        return None
    days = int(rng.triangular(3, 60 if urgent else 130, 15 if urgent else 35))
    closed_on = raised_on + days * DAY
    return closed_on if closed_on <= plan.today else None


def some_unit(rng, tree, day):
    """Return a group or hamlet that exists on a day."""
    while True:
        unit = rng.choice(tree.units)
        if unit.tier == Tier.SELF_GOVERNING_GROUP and unit.on(day):
            return unit if rng.random() < 0.6 else unit.above(Tier.HAMLET, day)


def resource_rows(plan, tree, duties):
    """The rows of ``resources.csv``, connected by those who were in charge that day."""
    rng = plan.random("resources")
    found = []
    for _ in range(plan.scaled(32) * plan.quarters):
        day = some_day(rng, plan.first_day, plan.today)
        unit = some_unit(rng, tree, day)
        holders = duties.at(unit, "in_charge", day)
        kind, description, (low, high) = rng.choice(RESOURCES)
        value = rng.randint(low, high) * 1_000_000 + rng.choice([0, 0, 0, 500_000])
        recent = day > plan.today - 60 * DAY
        status = "promised" if rng.random() < (0.5 if recent else 0.12) else "delivered"
        donor = "Nhân dân trong ấp" if kind in ("labour", "land") else rng.choice(DONORS)
        found.append((day, unit, holders, kind, description, value, donor, status))
    found.sort(key=lambda resource: (resource[0], resource[1].code))
    return [
        {
            "code": f"{plan.prefix}S{number:04}",
            "locality_code": unit.code,
            "cadre_code": holders[0].code if holders else "",
            "mobilised_on": text(day),
            "kind": kind,
            "description": description,
            "value_vnd": text(value),
            "donor": donor,
            "status": status,
        }
        for number, (day, unit, holders, kind, description, value, donor, status) in enumerate(found, start=1)
    ]
