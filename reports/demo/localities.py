"""The tree: one district, its regional groups, communes and towns, hamlets and self-governing groups.

All names of places are invented. Hamlets and groups bear numbers that repeat under every parent, as real ones do.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from assignments.models import Tier

# The first two are the townships.
COMMUNES = [
    "Cồn Lá",
    "Vàm Lụa",
    "Rạch Mây",
    "Gò Sậy",
    "Bàu Nhạn",
    "Vàm Sen",
    "Rạch Nhum",
    "Giồng Lức",
    "Tân Lệ",
    "Thạnh Khê",
    "Long Lệ",
    "Hưng Lệ",
    "Mỹ Khê Đông",
    "Phú Khê Trung",
    "Xẻo Trâm",
    "Cái Sậy",
    "Đìa Sen",
    "An Lệ Hưng",
    "Bình Khê Tây",
    "Phước Khê Lợi",
    "Vĩnh Lệ",
]
# Hamlets and neighbourhoods of each, today: 117 together.
HAMLETS = [6, 6, 5, 7, 4, 6, 5, 8, 5, 6, 4, 5, 6, 7, 5, 6, 5, 4, 6, 5, 6]
NAMED_HAMLETS = ["Đông", "Tây", "Trung", "Thượng", "Hạ", "Giồng", "Chợ", "Bến Đò"]
NEIGHBOURHOODS_OF_TOWNSHIP = 3
NEW_NAME = "Ấp Đoàn Kết"
NEW_NAME_OF_RENAMED = "Ấp Bến Dừa"


@dataclass(eq=False)
class Version:
    """What a unit was, from one day to another; None is open on that side."""

    parent: "Unit | None"
    type: str
    name: str
    first_day: date | None = None
    last_day: date | None = None
    households: int | None = None

    def holds_on(self, day):
        return (self.first_day is None or self.first_day <= day) and (self.last_day is None or day <= self.last_day)


@dataclass(eq=False)
class Unit:
    """One locality with its versions, oldest first."""

    code: str
    tier: str
    versions: list[Version] = field(default_factory=list)

    def on(self, day):
        """Return the version that holds on a day, or None."""
        for version in self.versions:
            if version.holds_on(day):
                return version
        return None

    def above(self, tier, day):
        """Return the unit of a higher tier in whose area this one lies on a day, or None."""
        unit = self
        while unit is not None and unit.tier != tier:
            version = unit.on(day)
            unit = version.parent if version else None
        return unit

    @property
    def first_day(self):
        return self.versions[0].first_day

    @property
    def last_day(self):
        return self.versions[-1].last_day

    @property
    def latest(self):
        return self.versions[-1]

    def end(self, day):
        """Let the newest version hold until the day before."""
        self.latest.last_day = day - timedelta(days=1)

    def change(self, day, **changes):
        """From a day on, be something else."""
        now = self.latest
        self.end(day)
        self.versions.append(
            Version(
                parent=changes.get("parent", now.parent),
                type=now.type,
                name=changes.get("name", now.name),
                first_day=day,
                households=now.households,
            )
        )


class Tree:
    """All localities of one district, by tier, in the order of their codes."""

    def __init__(self, plan):
        self.plan = plan
        self.units = []
        self.lineage = []
        self._children = {}
        self._in_order = None
        self._grow()
        self._reform()
        for unit in self.units:
            for version in unit.versions:
                self._children.setdefault(version.parent, {})[unit.code] = unit

    def of_tier(self, tier):
        return [unit for unit in self.units if unit.tier == tier]

    def below(self, parent, day=None):
        """The units right below one: at any time, or on a day."""
        children = self._children.get(parent, {}).values()
        if day is None:
            return list(children)
        return [unit for unit in children if (version := unit.on(day)) and version.parent is parent]

    # Which units the accounts of the demo stand for: an ordinary commune, its first hamlet and that one's groups.

    @property
    def demo_commune(self):
        return self.communes[2 if self.plan.communes > 2 else 1]

    @property
    def demo_hamlet(self):
        return self.below(self.demo_commune)[0]

    # --- As it was when the records begin -------------------------------------------------------------------

    def _add(self, code, tier, parent, type, name, **details):
        unit = Unit(code, tier, [Version(parent, type, name, **details)])
        self.units.append(unit)
        return unit

    def _grow(self):
        plan = self.plan
        self.district = self._add(f"{plan.prefix}D01", Tier.DISTRICT, None, "district", plan.district)
        number = 5 if plan.communes >= 10 else 2
        self.groups = [
            self._add(f"{plan.prefix}R{n:02}", Tier.REGIONAL_GROUP, self.district, "regional_group", f"Nhóm {n}")
            for n in range(1, number + 1)
        ]
        townships = 2 if plan.communes >= 10 else 1
        self.communes = []
        for index in range(plan.communes):
            urban = index < townships
            # No state code begins with a 9.
            commune = self._add(
                f"{plan.prefix}{90101 + 3 * index}",
                Tier.COMMUNE,
                self.groups[index * number // plan.communes],
                "township" if urban else "commune",
                f"{'Thị trấn' if urban else 'Xã'} {COMMUNES[index]}",
            )
            self.communes.append(commune)
        for index, commune in enumerate(self.communes):
            count = HAMLETS[index] + (1 if index == self._merging else 0)
            self._add_hamlets(commune, index, count, urban=index < townships)

    def _add_hamlets(self, commune, index, count, urban):
        rng = self.plan.random("hamlets", index)
        # Most communes number their hamlets, some name them; those that change below are numbered.
        named = index not in (self._merging, self._renaming) and rng.random() < 0.3
        for n in range(1, count + 1):
            rural = n - NEIGHBOURHOODS_OF_TOWNSHIP if urban else n
            if urban and rural < 1:
                type, name = "neighbourhood", f"Khu phố {n}"
            else:
                type, name = "hamlet", f"Ấp {NAMED_HAMLETS[rural - 1] if named else rural}"
            hamlet = self._add(f"{commune.code}-{n:02}", Tier.HAMLET, commune, type, name)
            for g in range(1, rng.randint(10, 17) + 1):
                self._add(
                    f"{hamlet.code}-{g:02}",
                    Tier.SELF_GOVERNING_GROUP,
                    hamlet,
                    "self_governing_group",
                    f"Tổ số {g}",
                    households=round(rng.triangular(16, 40, 25)),
                )

    # --- What changed since ---------------------------------------------------------------------------------

    @property
    def _merging(self):
        return 5 if self.plan.communes > 5 else 1

    @property
    def _renaming(self):
        return 8 if self.plan.communes > 8 else 0

    def _reform(self):
        months = [m for m in self.plan.months if m.last_day < self.plan.today] or self.plan.months[:1]
        # A merger in the first quarter of five lies in the year before, so that the year rated last has the new cell.
        self._merge(months[min(1, len(months) - 1)].first_day + timedelta(days=15))
        self._rename(months[len(months) // 3].first_day)
        self._move(months[len(months) // 2].first_day)

    def _merge(self, day):
        commune = self.communes[self._merging]
        first, second = [u for u in self.of_tier(Tier.HAMLET) if u.latest.parent is commune][-2:]
        number = HAMLETS[self._merging] + 2
        new = self._add(f"{commune.code}-{number:02}", Tier.HAMLET, commune, "hamlet", NEW_NAME, first_day=day)
        moved = [u for u in self.units if u.latest.parent in (first, second)]
        for n, unit in enumerate(moved, start=1):
            unit.change(day, parent=new, name=f"Tổ số {n}")
        for old in (first, second):
            old.end(day)
            self.lineage.append((old, new, day, "merge", f"{15 + day.month}-NQ/HĐND"))
        self.merged, self.merged_into, self.merged_on = [first, second], new, day

    def _rename(self, day):
        commune = self.communes[self._renaming]
        self.renamed = [u for u in self.of_tier(Tier.HAMLET) if u.latest.parent is commune][-1]
        self.renamed.change(day, name=NEW_NAME_OF_RENAMED)

    def _move(self, day):
        self.moved = self.communes[-1 if self.plan.communes > 2 else 0]
        now = self.groups.index(self.moved.latest.parent)
        self.moved.change(day, parent=self.groups[now - 1 if now else 1])


def rows(tree):
    """The rows of ``localities.csv`` and ``lineage.csv``."""
    localities = [
        {
            "code": unit.code,
            "parent_code": version.parent.code if version.parent else "",
            "type": version.type,
            "name": version.name,
            "first_day": text(version.first_day),
            "last_day": text(version.last_day),
            "households": text(version.households),
        }
        for unit in tree.units
        for version in unit.versions
    ]
    lineage = [
        {
            "predecessor_code": old.code,
            "successor_code": new.code,
            "effective_on": text(day),
            "kind": kind,
            "decision_number": decision,
        }
        for old, new, day, kind, decision in tree.lineage
    ]
    return localities, lineage


def text(value):
    """A value as it is written in a file; None is an empty cell."""
    return "" if value is None else str(value)
