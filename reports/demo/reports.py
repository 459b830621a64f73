"""What went up: quarterly reports, party organisations and how they were rated."""

from datetime import date, timedelta

from assignments.models import Tier
from reports.demo.localities import text
from reports.demo.plan import some_day

DAY = timedelta(days=1)
# Levels of a full-size district in the year rated last: 18 of 21 committees and 110 of 117 cells good or better.
LATEST = {
    "commune_committee": {"excellent": 3, "good": 15, "completed": 2, "not_completed": 1},
    "cell": {"excellent": 22, "good": 88, "completed": 7},
}
# The years before were a little worse, and a cell too young or too small was not rated.
EARLIER = {
    "commune_committee": {"excellent": 3, "good": 14, "completed": 3, "not_completed": 1},
    "cell": {"excellent": 20, "good": 86, "completed": 9, "not_completed": 2, "not_rated": 1},
}
BEST_FIRST = ["excellent", "good", "completed", "not_completed", "not_rated"]


def quarterly_rows(plan, tree, duties, profiles):
    """The rows of ``quarterly_reports.csv``: on time, late, returned, missing; drafts for the running quarter."""
    found = []
    for quarter in plan.periods:
        rng = plan.random("reports", quarter)
        running = quarter == plan.periods[-1]
        # Of the running quarter, whoever serves today is at work on it.
        day = plan.today if running else quarter.last_day
        for duty in duties.of_tiers((Tier.COMMUNE, Tier.HAMLET)):
            if not duty.holds_on(day):
                continue
            diligence = profiles.on(duty.unit.above(Tier.COMMUNE, day), day).reports
            is_demo = duty.unit is tree.demo_hamlet
            report = draft(rng, plan, quarter) if running else handed_in(rng, plan, quarter, diligence)
            if is_demo:
                report = ("draft", None) if running else ("accepted", min(quarter.last_day + 2 * DAY, plan.today))
            if report:
                status, submitted_on = report
                found.append(
                    {
                        "cadre_code": duty.person.code,
                        "locality_code": duty.unit.code,
                        "quarter": str(quarter),
                        "submitted_on": text(submitted_on),
                        "status": status,
                    }
                )
    return found


def draft(rng, plan, quarter):
    """Return (status, day) of a report on the running quarter, or None: drafts, and near the end a few early ones."""
    left = (quarter.last_day - plan.today).days
    chance = rng.random()
    if left < 10 and chance < 0.3:
        return "submitted", plan.today - DAY * rng.randint(0, 9 - left)
    return ("draft", None) if chance < 0.3 else None


def handed_in(rng, plan, quarter, diligence):
    """Return (status, day) of a report on a quarter that is over, or None when there is none."""
    chance, fate = rng.random(), rng.random()
    if chance < diligence:
        on = some_day(rng, quarter.last_day - 6 * DAY, quarter.last_day + 5 * DAY)
    elif chance < diligence + (1 - diligence) * 0.55:
        on = some_day(rng, quarter.last_day + 6 * DAY, quarter.last_day + 20 * DAY)
    elif chance < diligence + (1 - diligence) * 0.75:
        return "draft", None
    else:
        return None
    if on > plan.today:
        return ("draft", None) if fate < 0.6 else None
    # The newest ones still lie with the head of the group, who sends some back.
    if quarter == plan.periods[-1].previous:
        return ("returned" if fate < 0.05 else "submitted" if fate < 0.35 else "accepted"), on
    return ("returned" if fate < 0.02 else "accepted"), on


def organisation_rows(plan, tree):
    """The rows of ``party_organisations.csv``: a committee for every commune, a cell for every hamlet."""
    return [
        {
            "code": f"{plan.prefix}O-{unit.code.removeprefix(plan.prefix)}",
            "kind": kind,
            "locality_code": unit.code,
            "name": "",
            "first_day": text(unit.first_day),
            "last_day": text(unit.last_day),
        }
        for tier, kind in ((Tier.COMMUNE, "commune_committee"), (Tier.HAMLET, "cell"))
        for unit in tree.of_tier(tier)
    ]


def rating_rows(plan, tree, profiles):
    """The rows of ``ratings.csv``: every closed year, those that existed at its end."""
    found = []
    for year in plan.closed_years:
        end = date(year, 12, 31)
        shares = LATEST if year == plan.closed_years[-1] else EARLIER
        for tier, kind in ((Tier.COMMUNE, "commune_committee"), (Tier.HAMLET, "cell")):
            units = [unit for unit in tree.of_tier(tier) if unit.on(end)]
            rng = plan.random("ratings", year, kind)
            # Better communes are rated better, and their cells too, though not all of them.
            spread = 0 if tier == Tier.COMMUNE else 0.25
            scores = {
                unit: profiles.rank(unit.above(Tier.COMMUNE, end), year) + rng.uniform(-spread, spread)
                for unit in units
            }
            ranked = sorted(units, key=lambda unit: -scores[unit])
            levels = spread_over(len(units), shares[kind])
            decided_on = end - DAY * (11 if tier == Tier.COMMUNE else 20)
            number = f"{1480 + year % 10 * 13}-QĐ/HU" if tier == Tier.COMMUNE else f"{40 + year % 10}-QĐ/ĐU"
            level_of = dict(zip(ranked, levels, strict=True))
            for unit in units:
                found.append(
                    {
                        "organisation_code": f"{plan.prefix}O-{unit.code.removeprefix(plan.prefix)}",
                        "year": text(year),
                        "level": level_of[unit],
                        "decision_number": number,
                        "decision_on": text(decided_on),
                    }
                )
    return found


def spread_over(number, shares):
    """Return so many levels, best first, in the given proportion; exactly those when the numbers are the same."""
    total = sum(shares.values())
    counts = {level: number * share // total for level, share in shares.items()}
    by_remainder = sorted(shares, key=lambda level: -(number * shares[level] % total))
    for level in by_remainder[: number - sum(counts.values())]:
        counts[level] += 1
    return [level for level in BEST_FIRST for _ in range(counts.get(level, 0))]
