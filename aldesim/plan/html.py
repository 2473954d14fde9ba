"""HTML pages that stand alone: one file, no network, fit to print."""

from functools import cache
from pathlib import Path

from markupsafe import Markup

from aldesim import __version__
from aldesim.htmlfile import template_environment
from aldesim.plan.cautions import which
from aldesim.plan.course import Plan, PlannedDose
from aldesim.plan.monitoring import WHEN
from aldesim.plan.writing import ACTIONS, PLAN_NOTICE, clock, day, duration, miu, quantity, strength

MOST_DAYS = 20  # days of dosing that are shown one a row
TEMPLATES = Path(__file__).with_name("templates")


class Citations:
    """Numbers for sources, in order of first use."""

    def __init__(self) -> None:
        self.sources: list[str] = []

    def cite(self, source: str) -> int:
        """Number of a source."""
        text = " ".join(source.split())
        if text not in self.sources:
            self.sources.append(text)
        return self.sources.index(text) + 1


def to_html(plan: Plan) -> str:
    """Plan as one HTML page."""
    citations = Citations()
    filters = {
        "clock": clock,
        "day": day,
        "short": lambda when: f"{when:%a} {when.day} {when:%b}",
        "miu": miu,
        "quantity": quantity,
        "strength": strength,
        "duration": duration,
        "which": _which,
        "cite": citations.cite,
    }
    watched = [(title, plan.monitoring.at(when)) for when, title in WHEN.items()]
    # The template numbers sources as it goes, so the list is handed over alive.
    return render(
        "plan.html.j2",
        filters,
        plan=plan,
        infused=any(dose.amount.minutes for dose in plan.doses),
        days=_days(plan),
        watched=[(title, checks) for title, checks in watched if checks],
        actions=ACTIONS,
        sources=citations.sources,
        notice=PLAN_NOTICE,
    )


def render(template: str, filters: dict, **context: object) -> str:
    """Text of a template with the house style."""
    environment = template_environment(TEMPLATES)
    environment.filters |= {"clean": _clean} | filters
    style = Markup(_style())
    return environment.get_template(template).render(style=style, version=__version__, **context)


def _clean(text: str) -> str:
    return " ".join(text.split())


@cache
def _style() -> str:
    return (TEMPLATES / "page.css").read_text("utf-8")


def _which(doses: list[PlannedDose]) -> str:
    return which([dose.number for dose in doses])


def _days(plan: Plan) -> list[dict]:
    """Rows of the calendar, a day each, or a week each for a long course."""
    days = list(plan.days())
    weekly = len(days) > MOST_DAYS
    rows: list[dict] = []
    for when, doses in days:
        number = doses[0].day
        week = (number - 1) // 7 + 1
        chips = [_chip(dose, weekly) for dose in doses]
        if weekly and rows and rows[-1]["week"] == week:
            rows[-1] |= {"chips": rows[-1]["chips"] + chips, "last": number}
            continue
        rest = number - rows[-1]["last"] - 1 if rows else 0
        rows.append(
            {
                "week": week,
                "cycle": doses[0].cycle,
                "label": f"week {week}" if weekly else f"{number}",
                "date": when,
                "chips": chips,
                "rest": 0 if weekly and rest < 7 else rest,
                "last": number,
            }
        )
    return rows


def _chip(dose: PlannedDose, with_day: bool) -> tuple[str, str]:
    """What a dose's mark shows: when, and its number."""
    when = f"{dose.start:%a} {clock(dose.start)}" if with_day else clock(dose.start)
    return when, f"{dose.number}" if with_day else f"dose {dose.number}"
