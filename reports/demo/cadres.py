"""Agencies of the district and the communes, and the people who work there."""

from dataclasses import dataclass
from datetime import date, timedelta

from reports.demo.localities import text
from reports.demo.names import full_name

# (name, title of the head, of the deputies, of the staff, staff in all)
OFFICES = [
    ("Văn phòng Huyện ủy", "Chánh Văn phòng", "Phó Chánh Văn phòng", "Chuyên viên", 15),
    ("Ban Tổ chức Huyện ủy", "Trưởng ban", "Phó Trưởng ban", "Chuyên viên", 12),
    ("Ủy ban Kiểm tra Huyện ủy", "Chủ nhiệm", "Phó Chủ nhiệm", "Chuyên viên", 10),
    ("Ban Tuyên giáo Huyện ủy", "Trưởng ban", "Phó Trưởng ban", "Chuyên viên", 10),
    ("Ban Dân vận Huyện ủy", "Trưởng ban", "Phó Trưởng ban", "Chuyên viên", 9),
    ("Văn phòng HĐND và UBND huyện", "Chánh Văn phòng", "Phó Chánh Văn phòng", "Chuyên viên", 18),
    ("Phòng Nội vụ", "Trưởng phòng", "Phó Trưởng phòng", "Chuyên viên", 12),
    ("Phòng Lao động – Thương binh và Xã hội", "Trưởng phòng", "Phó Trưởng phòng", "Chuyên viên", 12),
    ("Phòng Tài nguyên và Môi trường", "Trưởng phòng", "Phó Trưởng phòng", "Chuyên viên", 15),
    ("Phòng Nông nghiệp và Phát triển nông thôn", "Trưởng phòng", "Phó Trưởng phòng", "Chuyên viên", 16),
    ("Phòng Kinh tế và Hạ tầng", "Trưởng phòng", "Phó Trưởng phòng", "Chuyên viên", 15),
    ("Phòng Tài chính – Kế hoạch", "Trưởng phòng", "Phó Trưởng phòng", "Chuyên viên", 14),
    ("Phòng Tư pháp", "Trưởng phòng", "Phó Trưởng phòng", "Chuyên viên", 8),
    ("Phòng Giáo dục và Đào tạo", "Trưởng phòng", "Phó Trưởng phòng", "Chuyên viên", 15),
    ("Phòng Văn hóa và Thông tin", "Trưởng phòng", "Phó Trưởng phòng", "Chuyên viên", 13),
    ("Ủy ban Mặt trận Tổ quốc Việt Nam huyện", "Chủ tịch", "Phó Chủ tịch", "Chuyên viên", 12),
    ("Hội Nông dân huyện", "Chủ tịch", "Phó Chủ tịch", "Cán bộ Hội", 12),
    ("Huyện đoàn", "Bí thư", "Phó Bí thư", "Cán bộ Đoàn", 12),
]
# Which agency deals with what (a place in the list above), for issues that the communes pass on.
RESPONSIBLE = {
    "land": 8,
    "roads": 10,
    "water": 9,
    "environment": 8,
    "prices": 11,
    "social_policy": 7,
    "security": 15,
    "administration": 6,
    "other": 4,
}
# The agency of the demo's hamlet cadre, head and clerk.
DEMO_OFFICE = 9
# Somebody came from one office to another, before anything that the demo counts.
MOVED_FROM, MOVED_TO, MOVED_YEARS_AGO = 12, 6, 8
COMMUNE_POSITIONS = [
    "Bí thư Đảng ủy",
    "Phó Bí thư Thường trực Đảng ủy",
    "Chủ tịch UBND xã",
    "Phó Chủ tịch UBND xã",
    "Phó Chủ tịch HĐND xã",
    "Chủ tịch Ủy ban MTTQ xã",
    "Chủ tịch Hội Nông dân xã",
    "Chủ tịch Hội Phụ nữ xã",
    "Chủ tịch Hội Cựu chiến binh xã",
    "Bí thư Đoàn xã",
    "Chỉ huy trưởng Quân sự xã",
    "Công chức Văn phòng – Thống kê",
    "Công chức Tư pháp – Hộ tịch",
    "Công chức Địa chính – Xây dựng",
    "Công chức Tài chính – Kế toán",
    "Công chức Văn hóa – Xã hội",
    "Bí thư chi bộ ấp",
    "Phó Bí thư chi bộ ấp",
    "Đảng viên chi bộ ấp",
    "Đảng viên chi bộ ấp",
]
# The account of the commune's officer belongs to this one, who keeps the lists and holds no group.
OFFICER_POSITION = "Cán bộ Văn phòng Đảng ủy"


@dataclass(eq=False)
class Agency:
    code: str
    name: str
    unit: object


@dataclass(eq=False)
class Person:
    """One cadre. ``diligence`` is what makes somebody come more or less often than others of the same place."""

    code: str
    name: str
    agency: Agency
    position: str
    committee_role: str = ""
    party_member: bool = True
    diligence: float = 0.0


class People:
    """Everybody of one district, those of the district first."""

    def __init__(self, plan, tree):
        self.plan = plan
        self.everybody = []
        self.agencies = [
            Agency(f"{plan.prefix}A{n:02}", office[0], tree.district) for n, office in enumerate(OFFICES, start=1)
        ]
        self.committees = [
            Agency(f"{plan.prefix}C{n:02}", f"Đảng ủy {lower_first(commune.latest.name)}", commune)
            for n, commune in enumerate(tree.communes, start=1)
        ]
        self._staff = {}
        for number, agency in enumerate(self.agencies):
            self._fill_office(number, agency)
        for committee in self.committees:
            self._fill_committee(committee)
        self._repeat_a_name()

    def of(self, agency):
        """The staff of an agency, its head first."""
        return self._staff[agency.code]

    def with_role(self, committee_role):
        return [person for person in self.everybody if person.committee_role == committee_role]

    @property
    def demo_agency(self):
        return self.agencies[DEMO_OFFICE]

    def _add(self, rng, agency, position, **details):
        person = Person(
            f"{self.plan.prefix}P{len(self.everybody) + 1:05}",
            full_name(rng),
            agency,
            position,
            diligence=rng.uniform(-0.1, 0.1) - (0.3 if rng.random() < 0.05 else 0),
            **details,
        )
        self.everybody.append(person)
        self._staff.setdefault(agency.code, []).append(person)
        return person

    def _fill_office(self, number, agency):
        rng = self.plan.random("people", "office", number)
        name, head, deputy, staff, size = OFFICES[number]
        size = max(4, self.plan.scaled(size))
        if number == 0:
            # The secretary and the deputies have their desks here.
            for position in ("Bí thư Huyện ủy", "Phó Bí thư Thường trực Huyện ủy"):
                self._add(rng, agency, position, committee_role="standing_committee")
        if number == 5:
            for position in ("Phó Bí thư Huyện ủy, Chủ tịch UBND huyện", "Phó Chủ tịch UBND huyện"):
                self._add(rng, agency, position, committee_role="standing_committee")
        # The heads of the Party's own offices and of the Front sit on the Standing Committee.
        top = "standing_committee" if number in (0, 1, 2, 3, 4, 5, 15) else "district_committee"
        self._add(rng, agency, head, committee_role=top)
        for _ in range(2 if size > 9 else 1):
            self._add(rng, agency, deputy, committee_role="district_committee" if rng.random() < 0.6 else "")
        while len(self.of(agency)) < size:
            self._add(rng, agency, staff, party_member=rng.random() < 0.97)

    def _fill_committee(self, agency):
        rng = self.plan.random("people", "commune", agency.code)
        for position in (*COMMUNE_POSITIONS, OFFICER_POSITION):
            if agency.unit.latest.type == "township":
                position = position.replace(" xã", " thị trấn").replace("bộ ấp", "bộ khu phố")
            public_office = position.startswith("Công chức")
            self._add(rng, agency, position, party_member=not public_office or rng.random() < 0.9)

    def _repeat_a_name(self):
        """Two people of one agency have the same full name: nobody may be told by the name alone."""
        staff = self.of(self.agencies[-1])
        staff[-1].name = staff[-2].name


def lower_first(name):
    """“Xã Tân Lệ” inside another name: “Đảng ủy xã Tân Lệ”."""
    return name[:1].lower() + name[1:]


def posting_rows(people, today):
    """The rows of ``postings.csv``: somebody came from another office years ago. Everybody else never moved."""
    person, before = people.of(people.agencies[MOVED_TO])[-1], people.agencies[MOVED_FROM]
    since = date(today.year - MOVED_YEARS_AGO, 7, 1)
    words = {"cadre_code": person.code, "position": person.position}
    return [
        {**words, "agency_code": before.code, "first_day": "", "last_day": text(since - timedelta(days=1))},
        {**words, "agency_code": person.agency.code, "first_day": text(since), "last_day": ""},
    ]


def rows(people):
    """The rows of ``agencies.csv`` and ``cadres.csv``."""
    agencies = [
        {"code": agency.code, "name": agency.name, "locality_code": agency.unit.code}
        for agency in (*people.agencies, *people.committees)
    ]
    cadres = [
        {
            "code": person.code,
            "full_name": person.name,
            "agency_code": person.agency.code,
            "position": person.position,
            "committee_role": person.committee_role,
            "party_member": text(int(person.party_member)),
            # A domain that can never exist; there are no telephone numbers that nobody has.
            "email": f"{person.code.lower()}@example.invalid",
            "phone": "",
        }
        for person in people.everybody
    ]
    return agencies, cadres
