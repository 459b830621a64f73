"""How a commune fares: most well, two badly, one better every month, and all of them worse in some months."""

from dataclasses import dataclass

from cadrenet.periods import Month

# Lunar New Year. What would fall into those days is moved or left out.
NEW_YEAR = {
    2019: (2, 5),
    2020: (1, 25),
    2021: (2, 12),
    2022: (2, 1),
    2023: (1, 22),
    2024: (2, 10),
    2025: (1, 29),
    2026: (2, 17),
    2027: (2, 6),
    2028: (1, 26),
    2029: (2, 13),
    2030: (2, 3),
    2031: (1, 23),
    2032: (2, 11),
    2033: (1, 31),
    2034: (2, 19),
    2035: (2, 8),
}
WEAK, IMPROVING = (3, 14), 10


@dataclass(frozen=True)
class AttendanceProfile:
    """Chances, from 0 to 1, that things go as they should in one commune at one time."""

    held: float
    attends: float
    recorded: float
    good: float
    represented: float
    reports: float


class AttendanceProfiles:
    """How every commune of one district fares, day by day."""

    def __init__(self, plan, tree):
        self.plan = plan
        self._weak = {tree.communes[n] for n in WEAK if n < plan.communes}
        self._improving = tree.communes[IMPROVING] if plan.communes > IMPROVING else None
        self._base = {}
        for commune in tree.communes:
            rng = plan.random("mood", commune.code)
            self._base[commune] = (
                rng.uniform(0.93, 0.99),
                rng.uniform(0.80, 0.93),
                rng.uniform(0.97, 0.995),
                rng.uniform(0.60, 0.80),
                rng.uniform(0.66, 0.76),
                rng.uniform(0.82, 0.97),
            )
        # One month in which the fields needed everybody, and the month of the New Year.
        months = plan.months
        self._dip = {months[max(len(months) - 5, 0)]: 0.14}
        for year, (month, _) in NEW_YEAR.items():
            self._dip[Month(year, month)] = self._dip.get(Month(year, month), 0) + 0.08

    def on(self, commune, day):
        """Return the profile of a commune on a day."""
        held, attends, recorded, good, represented, reports = self._base[commune]
        progress = self.plan.progress(day)
        if commune in self._weak:
            held, attends, recorded, good, represented, reports = 0.80, 0.63, 0.93, 0.38, 0.60, 0.62
        if commune is self._improving:
            held, attends, good = 0.76 + 0.22 * progress, 0.58 + 0.34 * progress, 0.35 + 0.45 * progress
            represented, reports = 0.57 + 0.2 * progress, 0.6 + 0.4 * progress
        dip = self._dip.get(Month.of(day), 0)
        return AttendanceProfile(
            held=held - dip / 2,
            attends=attends - dip,
            recorded=recorded,
            good=good + 0.05 * progress,
            represented=represented + 0.03 * progress - dip / 3,
            reports=reports,
        )

    def rank(self, commune, year):
        """How well a commune did in a year, the higher the better: what its rating follows."""
        rng = self.plan.random("rank", commune.code, year)
        score = self._base[commune][1] + rng.uniform(-0.05, 0.05)
        if commune in self._weak:
            score -= 0.4
        if commune is self._improving and year < self.plan.today.year - 1:
            score -= 0.3
        return score
