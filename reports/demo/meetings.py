"""How the meetings went, and who came: uneven by commune, by month and by person, as it is."""

from collections import defaultdict
from datetime import timedelta

from assignments.models import Tier
from reports.demo.calendar import agency_slots, expected, locality_slots
from reports.demo.localities import text

URGENCIES = [
    "Ứng phó triều cường theo lệnh huy động",
    "Xử lý sự cố vỡ đê bao",
    "Trực phòng, chống thiên tai theo công điện",
    "Xử lý sự cố đột xuất tại cơ quan theo lệnh cấp trên",
]
REASONS = ["professional_work"] * 11 + ["duty_trip"] * 4 + ["personal"] * 3 + ["other"]
RECENT = timedelta(days=14)


class Meetings:
    """The rows of ``meetings.csv`` and ``attendance.csv``, in the order of time."""

    def __init__(self, plan, tree, people, duties, profiles):
        self.plan, self.tree, self.people, self.duties, self.profiles = plan, tree, people, duties, profiles
        slots = locality_slots(plan, tree)
        agencies = agency_slots(plan, people, duties, slots)
        self._busy = defaultdict(list)
        for slot in agencies:
            if not slot.called_off:
                self._busy[slot.agency.code, slot.day].append(slot)
        self._there = defaultdict(list)
        self._shares = {}
        # Yesterday's meetings of the demo's groups wait for their cadre.
        self._left_open = set(tree.below(tree.demo_hamlet))
        self.rows, self.attendance = [], []
        slots += agencies
        slots.sort(key=lambda s: (s.starts_at, s.kind, s.unit.code if s.unit else s.agency.code))
        self._rng = plan.random("meetings")
        for number, slot in enumerate(slots, start=1):
            self._tell(f"{plan.prefix}M{number:06}", slot)

    def _tell(self, code, slot):
        commune = slot.unit.above(Tier.COMMUNE, slot.day) if slot.unit else None
        profile = self.profiles.on(commune, slot.day) if commune else None
        status = self._status(slot, profile)
        row = {
            "code": code,
            "kind": slot.kind,
            "locality_code": slot.unit.code if slot.unit else "",
            "agency_code": slot.agency.code if slot.agency else "",
            "starts_at": slot.starts_at.isoformat(timespec="minutes"),
            "ends_at": slot.ends_at.isoformat(timespec="minutes") if slot.ends_at else "",
            "status": status,
            "convened_by": slot.convened_by,
            "extraordinary": text(int(slot.extraordinary)),
            "households_total": "",
            "households_represented": "",
            "quality_organisation": "",
            "quality_content": "",
            "quality_time": "",
            "programme_feedback": "",
        }
        if status == "held" and profile:
            came = self._roster(code, slot, profile)
            if slot.kind == "cell":
                self._quality(row, profile, came)
            elif slot.kind == "self_governing_group":
                self._households(row, slot, profile)
        self.rows.append(row)

    def _status(self, slot, profile):
        chance = self._rng.random()
        if slot.called_off:
            return slot.called_off
        if slot.day >= self.plan.today:
            return "planned"
        if slot.unit in self._left_open and slot.day == self.plan.today - timedelta(days=1):
            return "planned"
        # Somebody has yet to say what happened: many of the last two weeks, few from before.
        if chance < (0.12 if slot.day > self.plan.today - RECENT else 0.004):
            return "planned"
        if profile is None or chance < 0.12 + 0.88 * profile.held:
            return "held"
        return "cancelled" if chance > 0.993 else "not_held"

    def _roster(self, code, slot, profile):
        """Write who came; return whether anybody expected did."""
        rng, came = self._rng, False
        people = expected(self.duties, slot)
        recorded = profile.recorded - (0.18 if slot.day > self.plan.today - RECENT else 0)
        for person in people:
            known, chance, excuse = rng.random() < recorded, rng.random(), rng.random()
            clash = any(slot.overlaps(other) for other in self._busy[person.agency.code, slot.day])
            attends = profile.attends + person.diligence - (0.45 if clash else 0)
            if slot.kind == "commune_committee" and person.committee_role == "standing_committee":
                attends -= 0.2  # the head of a regional group has several communes
            if slot.kind == "self_governing_group":
                attends += 0.05  # and the commune's own people live there
            if not known:
                continue
            if any(slot.overlaps(other) for other in self._there[person.code, slot.day]):
                # Somebody with two hamlets that meet on the same evening is at one of them.
                self._attend(code, person, "absent", "other")
            elif chance < attends:
                came = True
                self._there[person.code, slot.day].append(slot)
                self._attend(code, person, "present")
            elif excuse < 0.07:
                self._attend(code, person, "excused", "extreme_urgency", rng.choice(URGENCIES))
            else:
                reason = "agency_meeting" if clash and excuse < 0.9 else rng.choice(REASONS)
                self._attend(code, person, "absent", reason)
        self._guests(code, slot, people)
        return came

    def _guests(self, code, slot, people):
        """Write who came without being expected: mostly a group's support at a commune's meeting."""
        chance, guests = self._rng.random(), []
        if slot.kind == "commune_committee" and chance < 0.3:
            group = slot.unit.above(Tier.REGIONAL_GROUP, slot.day)
            guests = self.duties.at(group, "support", slot.day) if group else []
        elif slot.kind == "cell" and chance < 0.03:
            guests = self.duties.at(slot.unit.above(Tier.COMMUNE, slot.day), "in_charge", slot.day)
        elif slot.kind == "self_governing_group" and chance < 0.008:
            guests = self.duties.at(slot.unit.above(Tier.HAMLET, slot.day), "in_charge", slot.day)
        for person in guests[:1]:
            if person not in people:
                self._attend(code, person, "present")

    def _attend(self, code, person, status, reason="", note=""):
        self.attendance.append(
            {"meeting_code": code, "cadre_code": person.code, "status": status, "reason": reason, "note": note}
        )

    def _quality(self, row, profile, came):
        """Judge a cell's meeting by its three criteria; only who was there can."""
        rng = self._rng
        for criterion, harder in (("organisation", 0.0), ("content", 0.1), ("time", 0.18)):
            chance = rng.random()
            good = profile.good - harder
            if came:
                level = "good" if chance < good else "adequate" if chance < good + (1 - good) * 0.75 else "weak"
                row[f"quality_{criterion}"] = level
        feedback = rng.random() < profile.good + 0.05
        row["programme_feedback"] = text(int(feedback)) if came else ""

    def _households(self, row, slot, profile):
        rng = self._rng
        if slot.unit.code not in self._shares:
            self._shares[slot.unit.code] = self.plan.random("share", slot.unit.code).uniform(-0.06, 0.06)
        total = slot.unit.on(slot.day).households
        share = profile.represented + self._shares[slot.unit.code] + rng.uniform(-0.05, 0.05)
        share = min(max(share, 0.5), 0.88)
        # Now and then nobody counted.
        if rng.random() > 0.03:
            row["households_total"] = text(total)
            row["households_represented"] = text(round(total * share))
