"""Figures of the report as a page of the app draws them."""

import json
from typing import Any

import plotly.graph_objects as go


def spec_of(figure: go.Figure) -> dict[str, Any]:
    """Title, caption, height, data and layout; the page has the template."""
    spec = json.loads(str(figure.to_json()))
    layout = spec["layout"]
    meta = layout.pop("meta", None) or {}
    for key in ("template", "title"):
        layout.pop(key, None)
    height = int(layout.pop("height", 360))
    layout.setdefault("margin", {})["t"] = 26
    return {
        "title": meta.get("title", ""),
        "caption": meta.get("caption", ""),
        "height": height,
        "data": spec["data"],
        "layout": layout,
    }
