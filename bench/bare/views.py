"""The measured pages, bare: the same rows from SQL by hand, in a table without links, help or choice."""

from datetime import timedelta

from django.shortcuts import render

from bench.bare import sql
from bench.bare.sql import ask, months
from bench.summary import by_hand
from cadrenet.figures import percent
from cadrenet.periods import Quarter, today
from reports.figures import QUARTERLY_COLUMNS, Figures


def asked(request):
    """Return the quarter and the values of the statements, from the query string that the project's page reads."""
    quarter = Quarter.parse(request.GET["quarter"])
    ((area, _tier),) = ask(sql.LOCALITY, {"code": request.GET["within"]})
    last = quarter.last_day
    return quarter, {
        "area": area,
        "first": str(quarter.first_day),
        "last": str(last),
        "year_ago": str(last.replace(year=last.year - 1) + timedelta(days=1)),
        "old": str(last - timedelta(days=90)),
        "year": quarter.year,
    }


def lines(rows):
    """Return the summary's rows with their percentages, as the table shows them."""
    for code, name, *counts in rows:
        figures = Figures(*counts)
        yield name, [code, *(getattr(figures, column, "") for column in QUARTERLY_COLUMNS[1:])]


def quarterly(request):
    quarter, values = asked(request)
    rows = by_hand(quarter, request.GET["level"], values["area"])
    total = Figures(*(sum(column) for column in list(zip(*rows, strict=True))[2:]))
    context = {
        "quarter": quarter,
        "columns": QUARTERLY_COLUMNS,
        "rows": lines(rows),
        "total": [getattr(total, column, "") for column in QUARTERLY_COLUMNS],
        "reasons": ask(sql.REASONS, values),
        "months": [(month, percent(present, whole)) for month, whole, present in months(values)],
    }
    return render(request, "quarterly.html", context)


def home(request):
    """The overview of a quarter, or with ``cadre`` what that cadre has before him today."""
    if "cadre" in request.GET:
        return own_day(request)
    quarter, values = asked(request)
    now, before = (
        Figures(*by_hand(which, "district", values["area"])[0][2:]) for which in (quarter, quarter.previous)
    )
    names = {id: (tier, name) for id, tier, name, _code in ask(sql.NAMES, values)}
    heat, bars = {}, {}
    for group, commune, month, whole, present in months(values, "regional_group", "commune"):
        heat.setdefault(commune, {})[month] = percent(present, whole)
        sums = bars.setdefault(group, [0, 0])
        sums[0] += whole
        sums[1] += present
    context = {
        "quarter": quarter,
        "now": [(column, getattr(now, column, ""), getattr(before, column, "")) for column in QUARTERLY_COLUMNS[3:]],
        "heat": [(names[id][1], [rates.get(month) for month in range(1, 13)]) for id, rates in heat.items() if id],
        "bars": [(names[id][1], percent(present, whole)) for id, (whole, present) in bars.items() if id],
        "coverage": ask(sql.COVERAGE, values),
        "themes": ask(sql.THEMES, values),
        "resources": ask(sql.RESOURCES, values),
        "ratings": ask(sql.RATINGS, values),
    }
    return render(request, "overview.html", context)


def own_day(request):
    day = today()
    values = {
        "cadre": int(request.GET["cadre"]),
        "today": str(day),
        "back": str(day - timedelta(days=60)),
        "quarter": str(Quarter.of(day)),
        "previous": str(Quarter.of(day).previous),
    }
    context = {
        "day": day,
        "rows": ask(sql.OWN_ROWS, values),
        "to_record": ask(sql.OWN_MEETINGS, values),
        "reports": ask(sql.OWN_REPORTS, values),
        "handovers": ask(sql.OWN_HANDOVERS, values),
        "places": ask(sql.OWN_PLACES, values),
    }
    return render(request, "today.html", context)


def meetings(request):
    ((area, _tier),) = ask(sql.LOCALITY, {"code": request.GET["within"]})
    values = {"area": area}
    ((number,),) = ask(sql.MEETINGS_COUNT, values)
    return render(request, "meetings.html", {"rows": ask(sql.MEETINGS, values), "number": number})


def board(request):
    day = today()
    ((area, _tier),) = ask(sql.LOCALITY, {"code": request.GET["within"]})
    values = {
        "area": area,
        "today": str(day),
        "later": str(day + timedelta(days=30)),
        "year_ago": str(day - timedelta(days=365)),
    }
    return render(request, "board.html", {"counts": ask(sql.BOARD_COUNTS, values), "rows": ask(sql.BOARD, values)})


def locality(request, locality):
    """The page of a commune as it stands today."""
    day = today()
    quarter = Quarter.of(day)
    values = {
        "id": locality,
        "last": str(day),
        "first": str(quarter.first_day),
        "year_ago": str(day.replace(day=1, year=day.year - 1)),
    }
    ((name, path, area, households, kind, _district, group),) = ask(sql.PLACE, values)
    values |= {"area": area, "group": group or locality}
    context = {
        "name": name,
        "path": path,
        "kind": kind,
        "households": households,
        "attendance": ask(sql.ATTENDANCE_OF, values),
        "in_charge": ask(sql.IN_CHARGE, values),
        "below": ask(sql.BELOW, values),
        "people": ask(sql.PEOPLE_BELOW, values),
        "meetings": ask(sql.OF_ITS_OWN, values),
        "coming": ask(sql.NEXT, values),
        "served": dict(ask(sql.SERVED, values)),
        "children": ask(sql.CHILDREN, values),
        "issues": ask(sql.OPEN_ISSUES, values),
        "closed": ask(sql.CLOSED_ISSUES, values),
        "events": ask(sql.EVENTS, values),
        "ratings": ask(sql.RATINGS_OF, values),
        "resources": ask(sql.RESOURCES_OF, values),
    }
    return render(request, "locality.html", context)
