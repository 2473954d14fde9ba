"""The page as text: frame, navigation, and controls from the lists that check them."""

from itertools import groupby
from pathlib import Path
from typing import Any

from aldesim import __version__
from aldesim.app.bedside.setting import Slider, controls
from aldesim.app.trials.jobs import MOST_PATIENTS
from aldesim.app.trials.session import VARIED
from aldesim.care import load_rules, rule_set_names
from aldesim.care.eligibility import criteria_names, load_criteria
from aldesim.design import EFFECTS
from aldesim.drug import molecules
from aldesim.htmlfile import template_environment
from aldesim.notice import NOTICE
from aldesim.regimen import load_regimen, regimen_names
from aldesim.report.figures.bedside import PANELS, small_template
from aldesim.report.figures.canvas import template
from aldesim.report.palette import DARK, FONT, LIGHT, THEMES, css_properties
from aldesim.trial.scenario import load_scenario, scenario_names

TEMPLATES = Path(__file__).with_name("templates")
PAGES = {
    "bedside": "Bedside",
    "trial": "Trial",
    "design": "Design",
    "clinic": "Clinic",
    "evidence": "Evidence",
}


def page() -> str:
    """The one HTML page of the app."""
    environment = template_environment(TEMPLATES)
    return environment.get_template("page.html.j2").render(**_context())


def _context() -> dict[str, Any]:
    return {
        "version": __version__,
        "notice": NOTICE,
        "pages": PAGES,
        "groups": [
            (group, [(isinstance(row, Slider), row) for row in rows])
            for group, rows in groupby(controls(), key=lambda row: row.group)
        ],
        "panels": PANELS,
        "scenarios": {name: load_scenario(name) for name in scenario_names()},
        "varied": {field: (name, values()) for field, (name, values) in VARIED.items()},
        "most_patients": MOST_PATIENTS,
        "effects": EFFECTS,
        "molecules": molecules(),
        "criteria": {name: load_criteria(name).name for name in criteria_names()},
        "regimens": {name: load_regimen(name).name for name in regimen_names()},
        "rule_sets": {name: load_rules(name).name for name in rule_set_names()},
    }


def plot_templates() -> dict[str, dict[str, Any]]:
    """Plotly templates of each theme, the same that reports use: of figures, of small pictures."""
    return {
        name: {
            "figure": template(theme).to_plotly_json(),
            "small": small_template(theme).to_plotly_json(),
        }
        for name, theme in THEMES.items()
    }


def theme_css() -> str:
    """Colours of both themes as custom properties; the style sheet has none of its own."""
    light, dark = css_properties(LIGHT), css_properties(DARK)
    return (
        f":root{{--font:{FONT};color-scheme:light;{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light])"
        f"{{color-scheme:dark;{dark}}}}}\n"
        f":root[data-theme=dark]{{color-scheme:dark;{dark}}}\n"
    )
