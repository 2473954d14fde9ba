"""The picture files and the table mechanisms.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from drawing import draw
from registry import MECHANISMS, Mechanism, Shown
from running import shipped
from wording import told

DOCS = Path(__file__).parents[1]
PICTURES = DOCS / "images" / "mechanisms"
WIDE = "picture" + "&nbsp;" * 96
"""A heading that keeps the column as wide as a picture where tables shrink them."""


def save(m: Mechanism, shown: Shown) -> Path:
    """Draws the picture into its file."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{m.name}.svg"
    path.write_text(draw(m, shown.curves), encoding="utf-8")
    return path


def as_row(m: Mechanism, shown: Shown) -> str:
    """One row of the table."""
    where = "; ".join(
        f"`{file.strip()}`: " + ", ".join(f"`{name.strip()}`" for name in names.split(","))
        for file, names in (part.split(":") for part in m.where.split(";"))
    )
    known = {*shipped().parameters, *shipped().inputs, *shipped().states}
    switch = re.sub(r"\w+", lambda w: f"`{w[0]}`" if w[0] in known else w[0], m.switch)
    measured = [f"· {quantity}: {told(row)}" for quantity, row in shown.numbers.items()]
    missed = "" if shown.holds else "**The run does not show this.** "
    cells = [
        f"**{m.statement}** {missed}",
        f"Given: {m.given}. Patient: {shown.patient}.",
        f"In the model: {where}.",
        f"Off: {switch}.",
        "Measured:",
        *measured,
        f"`python docs/mechanisms {m.name}`",
    ]
    return f"| {'<br>'.join(cells)} | ![{m.y}](images/mechanisms/{m.name}.svg) |"


def table(shown: Mapping[str, Shown]) -> str:
    """The whole of mechanisms.md."""
    missed = [name for name, s in shown.items() if not s.holds]
    lines = [
        "# Mechanisms",
        "",
        "What is said in plain language about interleukin-2, where the model says it, what turns",
        "it off, and what a run shows with and without it. Made by",
        "`python docs/mechanisms --all`: no number here is written by hand.",
        "",
        "One nominal patient at the values of the parameter table unless the row names others;",
        "high dose is 600,000 IU/kg over 15 minutes every 8 h, 14 doses a cycle, all given, with",
        "maintenance fluid and a titrated vasopressor. A row tells the direction and size in the",
        "model; how these agree with published numbers is the matter of `aldesim qualify`.",
        "",
        f"{len(shown)} statements, {len(shown) - len(missed)} shown as stated"
        + (f"; not: {', '.join(missed)}." if missed else "."),
    ]
    chapter = ""
    for name, result in shown.items():
        m = MECHANISMS[name]
        if m.chapter != chapter:
            chapter = m.chapter
            lines += ["", f"## {chapter}", "", f"| statement | {WIDE} |", "|---|---|"]
        lines.append(as_row(m, result))
    return "\n".join(lines) + "\n"
