"""A page of text, tables and small drawings: one HTML file that needs no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from aldesim.htmlfile import template_environment
from aldesim.report.palette import DARK, FONT, LIGHT, css_properties
from aldesim.report.sections.grid import Grid
from aldesim.wholefile import write_text

TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True)
class Section:
    """One heading of the page and what stands under it.

    Parameters
    ----------
    key, title : str
        Anchor and heading.
    text : sequence of str
        Paragraphs.
    pictures : sequence of Markup
        Inline SVG.
    tables : sequence of Grid
        Tables.
    """

    key: str
    title: str
    text: Sequence[str] = ()
    pictures: Sequence[Markup] = ()
    tables: Sequence[Grid] = ()


def write_sheet(
    path: Path, *, brand: str, heading: str, lead: str, command: str, sections: Sequence[Section]
) -> Path:
    """Path of the written page, replaced in one step.

    Parameters
    ----------
    path : Path
        Where to write.
    brand, heading, lead : str
        Kind of page, its title, one sentence under it.
    command : str
        What makes it again.
    sections : sequence of Section
        Content.
    """
    environment = template_environment(TEMPLATES)
    text = environment.get_template("sheet.html.j2").render(
        brand=brand,
        heading=heading,
        lead=lead,
        command=command,
        sections=sections,
        **look(),
    )
    return write_text(path, text)


def look() -> dict[str, Markup]:
    """Style and colours that a page without plots carries."""
    return {
        "style": Markup(asset("report.css") + asset("scoreboard.css")),
        "font": Markup(FONT),
        "light": css_properties(LIGHT),
        "dark": css_properties(DARK),
    }


def asset(name: str) -> str:
    """Text of a file beside the templates."""
    return (TEMPLATES / name).read_text("utf-8")
