"""What no file of an import holds: terms, decisions, handovers, reviews, who acts for whom, patterns of meetings.

Written after the rows of the district are in the database, from what these say.
"""

from collections import defaultdict
from datetime import time, timedelta
from itertools import pairwise

from django.utils import timezone

from assignments.models import (
    Acting,
    Assignment,
    Cadre,
    CoverageReview,
    Decision,
    DecisionLine,
    Handover,
    Locality,
    Term,
    Tier,
)
from cadrenet.history import NEW, remember
from meetings.models import AGENCY_KINDS, Meeting, Pattern
from meetings.planning.actions import plan_meetings, propose_days_off
from reports.demo.accounts import ACCOUNTS
from reports.demo.calendar import patterns
from reports.demo.guidance import PassedOnAtMeetings
from reports.district.writing import REASON

DAY = timedelta(days=1)
SIGNER = "Phó Bí thư Thường trực Huyện ủy"
# A decision of at least so many lines is recorded as one; those of a single person stay a number and a day.
SEVERAL = 5
# Handovers of the last months are there to be ticked.
RECENT = timedelta(days=180)
# Of agencies' meetings, and of their training sessions.
SUBJECTS = (
    ("Giao ban cơ quan", "Sinh hoạt chi bộ cơ quan", "Sơ kết công tác tháng", "Họp chuyên môn"),
    ("Tập huấn nghiệp vụ", "Tập huấn chuyển đổi số", "Bồi dưỡng công tác dân vận"),
)
SITUATION = (
    "Chi bộ sinh hoạt đều, nội dung bám nghị quyết. Còn vướng tuyến đường liên ấp và nước sinh hoạt cuối kênh. "
    "Tổ nhân dân tự quản duy trì họp hằng tháng, cần củng cố các tổ xa trung tâm."
)


class Papers:
    """Writes the papers of one demo."""

    def __init__(self, demo):
        self.plan, self.demo = demo.plan, demo
        self.when = timezone.now()
        self.district = Locality.objects.get(code=demo.tree.district.code)

    def write(self):
        self.terms()
        self.decisions()
        self.a_draft()
        self.left()
        self.handovers()
        self.reviews()
        self.acting()
        self.subjects()
        self.regular_meetings()
        PassedOnAtMeetings(self.plan, self.district, self.save).write()

    def subjects(self):
        """What the agencies met about, which the file of meetings has no column for."""
        for number, kind in enumerate(AGENCY_KINDS):
            keys = list(Meeting.objects.filter(kind=kind).order_by("code").values_list("pk", flat=True))
            for step, subject in enumerate(SUBJECTS[number]):
                some = keys[step :: len(SUBJECTS[number])]
                Meeting.objects.filter(pk__in=some).update(subject=subject)
                Meeting.history.filter(id__in=some).update(subject=subject)

    def regular_meetings(self):
        """The committee and the cells of one commune meet by a pattern, and so their year is planned; others type."""
        commune = self.demo.tree.demo_commune
        kinds = {commune.code: "commune_committee"}
        kinds |= {unit.code: "cell" for unit in self.demo.tree.below(commune, self.plan.today)}
        usual = patterns(self.plan, self.demo.tree)
        localities = Locality.objects.filter(code__in=kinds).order_by("code")
        rows = [
            Pattern(
                locality=locality,
                kind=kinds[locality.code],
                day_of_month=usual[locality.code].day,
                starts=time.fromisoformat(usual[locality.code].at),
                minutes=90,
                first_day=self.plan.first_day,
            )
            for locality in localities
        ]
        self.save(Pattern, rows)
        propose_days_off([self.plan.today.year, self.plan.today.year + 1])
        plan_meetings([locality.pk for locality in localities], on=self.plan.today)

    def save(self, model, rows):
        """Save new rows, and their history as an import writes it."""
        made = model.objects.bulk_create(rows)
        remember(model, [row.pk for row in made], NEW, user=None, reason=REASON, when=self.when)
        return made

    def terms(self):
        """The running term of five years, and the next, for which somebody may begin to plan."""
        first = self.plan.term_first_day
        days = [first.replace(year=first.year + years) for years in (0, 5, 10)]
        self.save(
            Term,
            [
                Term(name=f"Nhiệm kỳ {start.year} – {stop.year}", first_day=start, last_day=stop - DAY)
                for start, stop in pairwise(days)
            ],
        )

    def decisions(self):
        """The decisions by which the district sent many at once, each with its lines; they took effect long ago."""
        by_paper = defaultdict(list)
        rows = Assignment.objects.filter(decision_number__endswith="/HU").order_by("locality__code", "pk")
        for row in rows:
            by_paper[row.decision_number, row.decision_on].append(row)
        for (number, signed_on), rows in by_paper.items():
            if len(rows) < SEVERAL:
                continue
            [paper] = self.save(
                Decision,
                [
                    Decision(
                        number=number,
                        signed_on=signed_on,
                        signer=SIGNER,
                        first_day=min(row.first_day for row in rows),
                        locality=self.district,
                        enacted_on=min(row.first_day for row in rows),
                    )
                ],
            )
            Assignment.objects.filter(pk__in=[row.pk for row in rows]).update(decision=paper)
            self.save(
                DecisionLine,
                [
                    DecisionLine(
                        decision=paper,
                        locality_id=row.locality_id,
                        role=row.role,
                        cadre_id=row.cadre_id,
                        assignment=row,
                    )
                    for row in rows
                ],
            )

    def a_draft(self):
        """A decision in preparation: hamlets that have nobody, and one line that a warning speaks against."""
        today = self.plan.today
        held = Assignment.objects.on(today + 9 * DAY).filter(role=Assignment.Role.IN_CHARGE).values("locality")
        empty = Locality.objects.on(today).filter(tier=Tier.HAMLET).exclude(pk__in=held).order_by("code")
        officials = [person for agency in self.demo.people.agencies for person in self.demo.people.of(agency)]
        free = Cadre.objects.filter(code__in=[person.code for person in officials if not person.committee_role])
        busy = Assignment.objects.on(today).values("cadre")
        free = list(free.exclude(pk__in=busy).order_by("sort_key", "code")[:2])
        members = Cadre.objects.filter(postings__agency__locality__tier=Tier.COMMUNE, left_on=None).order_by(
            "sort_key", "code"
        )
        chosen = [*free, *members[:1]]
        [paper] = self.save(
            Decision,
            [
                Decision(
                    number="214-QĐ/HU",
                    signed_on=today,
                    signer=SIGNER,
                    first_day=today + 7 * DAY,
                    locality=self.district,
                )
            ],
        )
        self.save(
            DecisionLine,
            [
                DecisionLine(decision=paper, locality=locality, cadre=cadre)
                for locality, cadre in zip(empty, chosen, strict=False)
            ],
        )

    def left(self):
        """Whoever retired has left; and a few have left while a place still counts on them."""
        today = self.plan.today
        retired = dict(
            Assignment.objects.filter(end_reason=Assignment.EndReason.RETIRED, last_day__lt=today)
            .order_by("last_day")
            .values_list("cadre", "last_day")
        )
        still = set(Assignment.objects.on(today).filter(cadre__in=retired).values_list("cadre", flat=True))
        for cadre, last_day in retired.items():
            if cadre not in still:
                Cadre.objects.filter(pk=cadre).update(left_on=last_day)
        rng = self.plan.random("papers", "left")
        ours = {account.code for account in self.people_with_accounts()}
        open_rows = Assignment.objects.open().filter(locality__tier=Tier.HAMLET).exclude(cadre__code__in=ours)
        rows = list(open_rows.exclude(cadre__committee_role__gt="").order_by("pk"))
        for row in rng.sample(rows, min(len(rows), self.plan.scaled(3))):
            Cadre.objects.filter(pk=row.cadre_id).update(left_on=today - rng.randint(5, 25) * DAY)

    def people_with_accounts(self):
        return [account.person(self.demo) for account in ACCOUNTS if account.person]

    def handovers(self):
        """Whoever was followed by somebody else hands over; the older ones are ticked by both."""
        today = self.plan.today
        ended = Assignment.objects.filter(last_day__range=(self.plan.first_day, today)).order_by("last_day", "pk")
        followed = defaultdict(list)
        for row in Assignment.objects.filter(first_day__gte=self.plan.first_day).order_by("first_day", "pk"):
            followed[row.locality_id, row.role].append(row)
        made = []
        for row in ended:
            later = [
                other
                for other in followed[row.locality_id, row.role]
                if other.first_day > row.last_day and other.cadre_id != row.cadre_id
            ]
            if not later:
                continue
            done = row.last_day < today - RECENT
            made.append(
                Handover(
                    ended=row,
                    successor=later[0],
                    situation=SITUATION if done else "",
                    given_on=row.last_day if done else None,
                    received_on=later[0].first_day if done else None,
                )
            )
        self.save(Handover, made)

    def reviews(self):
        """Two communes of three were looked through in the last weeks."""
        rng = self.plan.random("papers", "reviews")
        communes = [commune.code for commune in self.demo.tree.communes if rng.random() < 0.67]
        self.save(
            CoverageReview,
            [
                CoverageReview(locality=locality, day=self.plan.today - rng.randint(1, 40) * DAY)
                for locality in Locality.objects.filter(code__in=communes).order_by("code")
            ],
        )

    def acting(self):
        """Whoever answers for the commune of the accounts acts for a neighbour who is away."""
        today, demo = self.plan.today, self.demo
        here = demo.duties.at(demo.tree.demo_commune, "in_charge", today)[0]
        others = [
            person
            for commune in demo.tree.communes
            if commune is not demo.tree.demo_commune
            for person in demo.duties.at(commune, "in_charge", today)
            if person is not here
        ]
        cadres = {cadre.code: cadre for cadre in Cadre.objects.filter(code__in=[here.code, others[0].code])}
        self.save(
            Acting,
            [
                Acting(
                    cadre=cadres[here.code],
                    absent=cadres[others[0].code],
                    first_day=today - 4 * DAY,
                    last_day=today + 10 * DAY,
                    decision_number="87-TB/HU",
                )
            ],
        )
