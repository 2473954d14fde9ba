"""Figures as a page embeds them."""

import json
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
from markupsafe import Markup


@dataclass(frozen=True)
class Plot:
    """A figure as the page embeds it: title and caption are HTML, the rest is JSON for Plotly."""

    key: str
    title: str
    caption: str
    height: int
    json: Markup


class Plots:
    """Turns figures into embedded plots with keys of their own."""

    def __init__(self) -> None:
        self.made: list[Plot] = []

    def __call__(self, figure: go.Figure) -> Plot:
        """The figure as a plot of this page."""
        spec = json.loads(str(figure.to_json()))
        layout = spec["layout"]
        meta = layout.pop("meta")
        if "rows" in meta:
            spec["rows"] = meta["rows"]
        for key in ("template", "title"):
            layout.pop(key, None)
        height = int(layout.pop("height"))
        layout.setdefault("margin", {})["t"] = 26
        plot = Plot(
            f"plot-{len(self.made) + 1}", meta["title"], meta["caption"], height, script_json(spec)
        )
        self.made.append(plot)
        return plot


def script_json(value: Any) -> Markup:
    """JSON that cannot end the script element that holds it."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
