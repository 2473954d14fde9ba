"""Heat map of a sensitivity: parameters down, observations across, drawn as one SVG file.

Cells of one colour are one path, so that twenty thousand of them stay a small file. Both themes
are in it: a page that shows the picture decides by the reader's preference.
"""

from collections.abc import Callable
from itertools import groupby, pairwise

import numpy as np
from markupsafe import escape

from aldesim.evidence.observations import DOMAINS
from aldesim.report.palette import DARK, FONT, LIGHT, Theme
from aldesim.report.wording import title
from aldesim.sensitivity.choice import subjects
from aldesim.sensitivity.published import Sensitivity

STEPS = (0.03, 0.1, 0.3, 1.0)
"""Least size of a shift for each strength of colour."""
_STRENGTH = (0.16, 0.38, 0.68, 1.0)
_CELL_W, _CELL_H = 13, 11
_GAP_W, _GAP_H = 7, 20
_LEFT, _TOP, _EDGE = 196, 300, 16
_SUBJECTS = (
    *("pharmacokinetics", "receptors", "natural_il2", "cytokines", "lymphocytes", "tumour"),
    *("chemotherapy", "capillary_leak", "circulation", "kidney", "organs", "symptoms"),
    *("endocrine", "hiv", "hazards"),
)
_HEADINGS = {"natural_il2": "Natural interleukin-2", "hiv": "HIV"}


def heat_map(found: Sensitivity) -> str:
    """SVG text of the heat map."""
    subject = subjects()
    names = [one.id for one in found.parameters]
    known = [*_SUBJECTS, *sorted(set(subject.values()) - set(_SUBJECTS))]
    rows = sorted(range(len(names)), key=lambda row: known.index(subject[names[row]]))
    columns = sorted(
        range(len(found.observations)),
        key=lambda column: DOMAINS.index(found.observations[column].domain),
    )
    left = _places(columns, lambda c: found.observations[c].domain, _LEFT, _CELL_W, _GAP_W)
    top = _places(rows, lambda r: subject[names[r]], _TOP, _CELL_H, _GAP_H)
    width = max(left.values()) + _CELL_W + _EDGE
    height = max(top.values()) + _CELL_H + _EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-labelledby="t d">',
        '<title id="t">Sensitivity of each observation to each parameter</title>',
        f'<desc id="d">{len(rows)} parameters by {len(columns)} observations. Orange: the '
        "simulated value rises with the parameter. Blue: it falls.</desc>",
        f"<style>{_style()}</style>",
        f'<rect class="s" width="{width}" height="{height}"/>',
        *_legend(),
    ]
    for domain, group in groupby(columns, key=lambda c: found.observations[c].domain):
        members = list(group)
        start, end = left[members[0]], left[members[-1]] + _CELL_W
        parts.append(f'<path class="l" d="M{start} {_TOP - 22}H{end - 1}"/>')
        parts.append(f'<text class="g" x="{start}" y="{_TOP - 184}">{escape(domain)}</text>')
        parts += [
            f'<text class="v" transform="translate({left[column] + 10} {_TOP - 25})rotate(-90)">'
            f"{escape(found.observations[column].id)}</text>"
            for column in members
        ]
    for name, group in groupby(rows, key=lambda r: subject[names[r]]):
        members = list(group)
        y = top[members[0]] - 4
        parts.append(
            f'<text class="g" x="{_EDGE}" y="{y}">{escape(_HEADINGS.get(name, title(name)))}</text>'
        )
        parts.append(f'<path class="l" d="M{_LEFT} {y + 1}H{width - _EDGE}"/>')
        parts += [
            f'<text class="h" x="{_LEFT - 5}" y="{top[row] + 9}">{escape(names[row])}</text>'
            for row in members
        ]
    parts += _cells(found, left, top)
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _places(
    order: list[int], group: Callable[[int], str], start: int, step: int, gap: int
) -> dict[int, int]:
    """Pixel at which each row or column starts, a gap between groups."""
    places, at, before = {}, start - gap, None
    for index in order:
        at += gap if group(index) != before else 0
        before = group(index)
        places[index] = at
        at += step
    first = min(places.values())
    return {index: place - first + start for index, place in places.items()}


def _cells(found: Sensitivity, left: dict[int, int], top: dict[int, int]) -> list[str]:
    paths: dict[str, list[str]] = {}
    clear = found.clear
    for row, y in top.items():
        for column, x in left.items():
            shift = found.shift[row, column]
            if np.isnan(shift):
                paths.setdefault("n", []).append(f"M{x + 5} {y + 4}h2v2h-2z")
            level = int(np.searchsorted(STEPS, abs(shift), side="right"))
            if clear[row, column] and level:
                kind = f"{'u' if shift > 0 else 'd'}{level}"
                paths.setdefault(kind, []).append(
                    f"M{x} {y}h{_CELL_W - 1}v{_CELL_H - 1}h-{_CELL_W - 1}z"
                )
    return [f'<path class="{kind}" d="{"".join(p)}"/>' for kind, p in sorted(paths.items())]


def _legend() -> list[str]:
    parts = [
        f'<text class="big" x="{_EDGE}" y="28">What moves what</text>',
        f'<text class="m" x="{_EDGE}" y="46">One step of a parameter (one between-patient SD, or '
        "10 % if it does not vary) moves the simulated value by so many units of what the "
        "observation leaves open.</text>",
    ]
    labels = [f"{low:g}–{high:g}" for low, high in pairwise(STEPS)] + [f"{STEPS[-1]:g} or more"]
    for line, (kind, word) in enumerate((("u", "rises"), ("d", "falls"))):
        y = 78 + 20 * line
        parts.append(f'<text class="m" x="{_EDGE}" y="{y}">{word}</text>')
        for level, label in enumerate(labels, start=1):
            x = _EDGE + 40 + 74 * (level - 1)
            parts.append(
                f'<path class="{kind}{level}" d="M{x} {y - 10}h12v11h-12z"/>'
                f'<text class="m" x="{x + 16}" y="{y}">{label}</text>'
            )
    parts.append(
        f'<text class="m" x="{_EDGE + 400}" y="78">blank: less, or no more than chance</text>'
        f'<text class="m" x="{_EDGE + 400}" y="98">dot: does not occur in these patients</text>'
    )
    return parts


def _style() -> str:
    dark = f"@media(prefers-color-scheme:dark){{{_colours(DARK)}}}"
    return (
        f"text{{font-family:{FONT};font-size:9.5px}}.h{{text-anchor:end}}"
        ".g{font-size:12px;font-weight:600}.big{font-size:20px;font-weight:650}.m{font-size:12px}"
        ".l{stroke-width:1;fill:none}" + _colours(LIGHT) + dark
    )


def _colours(theme: Theme) -> str:
    made = [
        f".s{{fill:{theme.surface}}}text{{fill:{theme.ink}}}.m,.h,.v{{fill:{theme.muted}}}",
        f".l{{stroke:{theme.grid}}}.n{{fill:{theme.axis}}}",
    ]
    for kind, colour in (("u", theme.progression), ("d", theme.survival)):
        made += [
            f".{kind}{level}{{fill:{colour};fill-opacity:{strength}}}"
            for level, strength in enumerate(_STRENGTH, start=1)
        ]
    return "".join(made)
