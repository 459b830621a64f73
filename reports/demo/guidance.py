"""What is to be passed on in the invented district, and where the cells have done so."""

from datetime import date, timedelta

from assignments.models import Tier
from meetings.models import Attendance, Feedback, Guidance, Kind, Meeting, PassedOn
from reports.demo.localities import text

# Document, what it is about, level, issued and due so many days from today or on a day, and how far it has come.
ITEMS = [
    ("Kế hoạch 45-KH/HU", "Ra quân làm sạch kênh rạch đón Tết", "district", -1, 60, 0.0),
    ("Kết luận 87-KL/HU", "Lịch họp của cơ quan, ngày 9 và 15", "district", -40, 30, 0.8),
    ("Nghị quyết 21-NQ/TU", "Bảo vệ môi trường nông thôn", "province", -75, 30, 0.9),
    ("Quy định 213-QĐ/TW", "Đảng viên giữ mối liên hệ nơi cư trú", "central", date(2020, 1, 2), None, 0.95),
    ("Hướng dẫn 12-HD/BTCTW", "Nâng cao chất lượng sinh hoạt chi bộ", "central", date(2018, 7, 6), None, 1.0),
]
ENDED = ("Chỉ thị 09-CT/HU", "Phòng, chống hạn mặn mùa khô", "district", -300, -200, 1.0)
PROGRAMME = "1. Kiểm điểm nghị quyết tháng trước\n2. Chuyên đề: xử lý rác thải khu dân cư\n3. Thu đảng phí; việc khác"
FEEDBACK = [
    "Thêm việc vận động hiến đất mở đường",
    "Nên bàn kỹ việc thu gom rác ở tuyến kênh",
    "Rút gọn phần thông báo, dành giờ cho thảo luận",
]


def guidance_rows(plan, tree):
    """The rows of ``guidance.csv``."""
    return [
        {
            "document": document,
            "title": title,
            "level": level,
            "issued_on": text(day_of(plan, issued)),
            "due_on": text(due and day_of(plan, due)),
            "tier": Tier.HAMLET.value,
            "locality_code": tree.district.code,
            "last_day": text(day_of(plan, due) if due and due < 0 else None),
        }
        for document, title, level, issued, due, _share in (*ITEMS, ENDED)
    ]


def day_of(plan, offset):
    return offset if isinstance(offset, date) else plan.today + timedelta(days=offset)


class PassedOnAtMeetings:
    """What was passed on at the meetings of cells, what was said about programmes, and how many came to others."""

    def __init__(self, plan, district, save):
        self.plan, self.district, self.save = plan, district, save

    def write(self):
        self.passed_on()
        self.programmes()
        self.residence_meetings()

    def cells(self):
        held = Meeting.objects.held().filter(kind=Kind.CELL, area=self.district)
        return held.order_by("day", "code").select_related("place")

    def passed_on(self):
        rng, rows = self.plan.random("guidance"), []
        people = {}
        for meeting, cadre in (
            Attendance.objects.in_rates()
            .filter(status=Attendance.Status.PRESENT, meeting__kind=Kind.CELL)
            .order_by("pk")
            .values_list("meeting", "cadre")
        ):
            people.setdefault(meeting, cadre)
        meetings = list(self.cells())
        shares = {document: share for document, *_rest, share in (*ITEMS, ENDED)}
        for item in Guidance.objects.filter(locality=self.district).order_by("issued_on", "document"):
            done = set()
            for meeting in meetings:
                if meeting.locality_id in done or not item.issued_on <= meeting.day <= (item.last_day or date.max):
                    continue
                done.add(meeting.locality_id)
                if rng.random() < shares[item.document]:
                    rows.append(
                        PassedOn(
                            guidance=item,
                            locality_id=meeting.locality_id,
                            meeting=meeting,
                            cadre_id=people.get(meeting.pk),
                        )
                    )
        self.save(PassedOn, rows)

    def programmes(self):
        """The cells of these weeks have sent what they will talk about, and some of it was discussed."""
        near = (self.plan.today - timedelta(days=21), self.plan.today + timedelta(days=21))
        due = Meeting.objects.due().filter(kind=Kind.CELL, area=self.district, day__range=near)
        due.update(programme=PROGRAMME)
        rng, rows = self.plan.random("feedback"), []
        expected = Attendance.objects.filter(meeting__in=due, expected=True).select_related("meeting")
        seen = set()
        for row in expected.order_by("meeting__code", "pk"):
            if row.meeting_id in seen or rng.random() > 0.5 or row.day == self.plan.today:
                continue
            seen.add(row.meeting_id)
            said = row.meeting.is_held or None
            rows.append(
                Feedback(
                    meeting=row.meeting,
                    cadre_id=row.cadre_id,
                    text=rng.choice(FEEDBACK),
                    given_on=min(row.day, self.plan.today) - timedelta(days=1),
                    taken_up=said and rng.random() < 0.7,
                )
            )
        self.save(Feedback, rows)
        Meeting.objects.filter(pk__in=seen).update(programme_feedback=True)

    def residence_meetings(self):
        rng, changed = self.plan.random("residence"), []
        for meeting in Meeting.objects.held().filter(kind=Kind.RESIDENCE, area=self.district).order_by("code"):
            meeting.invited = rng.randint(12, 40)
            meeting.came = round(meeting.invited * rng.uniform(0.6, 0.95))
            changed.append(meeting)
        Meeting.objects.bulk_update(changed, ["invited", "came"])
