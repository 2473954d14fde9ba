"""Every dose of one patient on a time line: given, held with the reason, or stopped."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aldesim.report.figures.bedside import LEFT, Shown
from aldesim.report.palette import Theme
from aldesim.report.wording import ACTIONS, dose_given, plain, words

LINE = 42  # characters on hover: half of a narrow picture
_FLAG = re.compile(r" yes\b")


@dataclass(frozen=True)
class _Mark:
    action: str
    word: str
    symbol: str
    colour: str


def lane_spec(shown: Sequence[Shown], theme: Theme) -> dict[str, Any]:
    """Every dose that fell due on the time line: given, held, or stopped; events as flags."""
    marks = (
        _Mark("give", "given", "triangle-up", theme.given),
        _Mark("hold", "held", "diamond-open", theme.held),
        _Mark("stop", "stopped", "x", theme.stopped),
    )
    traces: list[dict[str, Any]] = []
    for order, one in enumerate(shown):
        level = len(shown) - 1 - order
        for mark in marks:
            rows = [row for row in one.doses if row["action"].startswith(mark.action)]
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": [row["time"] for row in rows],
                    "y": [level] * len(rows),
                    "text": [_on_hover(row, one.name) for row in rows],
                    "name": mark.word,
                    "cliponaxis": False,
                    "showlegend": False,
                    "marker": {
                        "symbol": mark.symbol,
                        "size": 11,
                        "color": mark.colour,
                        "line": {"width": 2 if mark.action == "hold" else 0, "color": mark.colour},
                    },
                    "hovertemplate": "%{text}<extra></extra>",
                }
            )
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [day for day, _ in one.events],
                "y": [level + 0.38] * len(one.events),
                "text": [f"Day {day:.1f}: {plain(words(kind))}" for day, kind in one.events],
                "name": "event",
                "cliponaxis": False,
                "showlegend": False,
                "marker": {"symbol": "star-triangle-down", "size": 10, "color": theme.ink},
                "hovertemplate": "%{text}<extra></extra>",
            }
        )
    names = [one.name for one in shown]
    return {
        "data": traces,
        "layout": {
            "margin": {"l": LEFT, "r": 10, "t": 4, "b": 34},
            "hovermode": "closest",
            "showlegend": False,
            "xaxis": {
                "type": "linear",
                "showgrid": True,
                "nticks": 10,
                "title": {"text": "Day since first dose", "standoff": 4},
            },
            "yaxis": {
                "type": "linear",
                "range": [-0.6, len(shown) - 0.4],
                "tickvals": list(range(len(shown))),
                "ticktext": list(reversed(names)),
                "ticklabelstandoff": 6,
                "showgrid": False,
                "fixedrange": True,
            },
        },
    }


def _on_hover(row: Mapping[str, Any], name: str) -> str:
    """What a dose mark says: number, day, and why it was not given."""
    head = f"{name}: " if name else ""
    text = f"{head}Cycle {row['cycle']}, dose {row['slot']}, day {row['time']:.2f}: "
    text += ACTIONS.get(row["action"], words(row["action"]))
    if row["action"] == "give":
        text += f", {dose_given(row)}"
    for reason in filter(None, row["reasons"].split("; ")):
        said = words(_FLAG.sub("", reason))
        text += "".join(f"<br>{plain(line)}" for line in textwrap.wrap(said, LINE))
    return text
