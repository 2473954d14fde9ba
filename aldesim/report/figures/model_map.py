"""The model as a drawing: its modules in a ring, and what flows from one to the other.

Made from the model text, so that it cannot be out of date. Colours are classes; the page's theme
decides.
"""

import math

import numpy as np
from markupsafe import Markup, escape

from aldesim.model.structure import equations, flows, titles
from aldesim.report.wording import counted, title

WIDTH, HEIGHT = 960, 720
BOX_WIDTH, BOX_HEIGHT = 150, 46
WIDEST = 7.0
STEPS = 4000  # of the walk round the ring
RING = (
    "inputs",
    "pharmacokinetics",
    "receptors",
    "natural_il2",
    "lymphocytes",
    "hiv",
    "tumour",
    "chemotherapy",
    "lymphodepletion",
    "cytokines",
    "capillary_leak",
    "circulation",
    "kidney",
    "organs",
    "symptoms",
    "endocrine",
    "hazards",
)
"""Order around the ring: from the drug to cells, to the body; modules not named come last."""


def model_map() -> Markup:
    """Inline SVG of modules and flows; each flow says in its title what it carries."""
    names = [name for name in RING if name in titles()]
    names += [name for name in titles() if name not in RING]
    place = dict(zip(names, _places(len(names)), strict=True))
    most = max(len(carried) for carried in flows().values())
    parts = [
        f'<svg class="model-map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(model_words())}">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="5" '
        'markerHeight="5" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z"/></marker></defs>',
    ]
    for (source, target), carried in flows().items():
        width = 0.8 + (WIDEST - 0.8) * math.sqrt(len(carried) / most)
        said = f"{_label(source)} to {_label(target)}: {', '.join(carried)}"
        parts.append(
            f'<path class="flow" data-from="{source}" data-to="{target}" '
            f'd="{_curve(place[source], place[target])}" stroke-width="{width:.1f}" '
            f'marker-end="url(#tip)"><title>{escape(said)}</title></path>'
        )
    for name in names:
        x, y = place[name]
        rates = sum(row.module == name and row.kind == "rate" for row in equations())
        rules = sum(row.module == name and row.kind == "rule" for row in equations())
        parts.append(
            f'<g class="module" data-module="{name}" '
            f'transform="translate({x - BOX_WIDTH / 2:.1f} {y - BOX_HEIGHT / 2:.1f})">'
            f'<rect width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="8"/>'
            f'<text x="{BOX_WIDTH / 2}" y="20">{escape(_label(name))}</text>'
            f'<text class="small" x="{BOX_WIDTH / 2}" y="37">'
            f"{counted(rates, 'state')}, {counted(rules, 'rule')}</text>"
            f"<title>{escape(titles()[name])}</title></g>"
        )
    return Markup("".join(parts) + "</svg>")


def model_words() -> str:
    """What the drawing shows, in one sentence."""
    states = sum(row.kind == "rate" for row in equations())
    return (
        f"{len(titles())} modules of the model with {states} states, and {len(flows())} flows "
        "between them. The table below says what each flow carries."
    )


def _label(name: str) -> str:
    return {"hiv": "HIV", "natural_il2": "Natural IL-2", "inputs": "Clinic (inputs)"}.get(
        name, title(name)
    )


def _places(count: int) -> list[tuple[float, float]]:
    """Points on an ellipse with room for a box at each: boxes are wide, so sides hold more."""
    angle = np.linspace(-np.pi / 2, 1.5 * np.pi, STEPS)
    x = WIDTH / 2 + (WIDTH / 2 - BOX_WIDTH / 2 - 8) * np.cos(angle)
    y = HEIGHT / 2 + (HEIGHT / 2 - BOX_HEIGHT / 2 - 8) * np.sin(angle)
    boxes = np.maximum(abs(np.diff(x)) / BOX_WIDTH, abs(np.diff(y)) / BOX_HEIGHT)
    walked = np.concatenate([[0.0], np.cumsum(boxes)])
    stops = np.searchsorted(walked, np.arange(count) * walked[-1] / count)
    return [(float(x[stop]), float(y[stop])) for stop in stops]


def _curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    """Path bent to the middle, from the edge of one box to the edge of the other."""
    bend = 0.38
    middle = (
        WIDTH / 2 * (1 - bend) + (start[0] + end[0]) / 2 * bend,
        HEIGHT / 2 * (1 - bend) + (start[1] + end[1]) / 2 * bend,
    )
    (x0, y0), (x1, y1) = _edge(start, middle), _edge(end, middle)
    return f"M{x0:.1f} {y0:.1f}Q{middle[0]:.1f} {middle[1]:.1f} {x1:.1f} {y1:.1f}"


def _edge(box: tuple[float, float], towards: tuple[float, float]) -> tuple[float, float]:
    dx, dy = towards[0] - box[0], towards[1] - box[1]
    reach = max(abs(dx) / (BOX_WIDTH / 2 + 3), abs(dy) / (BOX_HEIGHT / 2 + 3), 1e-9)
    return box[0] + dx / reach, box[1] + dy / reach
