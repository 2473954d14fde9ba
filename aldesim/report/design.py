"""Pages and tables of designs: selectivity map, doses, candidates."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import polars as pl

from aldesim.design import (
    EFFECTS,
    Candidates,
    DoseResponse,
    SelectivityMap,
    Window,
    dose_at,
    effects_at,
    undominated,
)
from aldesim.drug import Molecule
from aldesim.regimen import Regimen
from aldesim.report.figures.dose_response import dose_response, front
from aldesim.report.figures.selectivity import numbered, preference, selectivity
from aldesim.report.page import fill, page_environment
from aldesim.report.plots import Plots
from aldesim.report.sections.grid import Grid
from aldesim.report.wording import number
from aldesim.wholefile import write_text

BRIEF = ("signal_Treg", "signal_CD8", "signal_NK", "leak")
FRONT_ROWS = 12


def map_frame(found: SelectivityMap) -> pl.DataFrame:
    """One row a point of the map: affinities (pM), dose (pmol/kg), effects."""
    alpha, beta_gamma = np.meshgrid(found.K_alpha, found.K_beta_gamma)
    return pl.DataFrame(
        {
            "K_alpha_pM": alpha.ravel(),
            "K_beta_gamma_pM": beta_gamma.ravel(),
            "dose_pmol_per_kg": found.dose.ravel(),
        }
        | {name: values.ravel() for name, values in found.effects.items()}
    )


def doses_frame(response: DoseResponse) -> pl.DataFrame:
    """One row a molecule and dose (pmol/kg): effects."""
    each = len(response.dose)
    return pl.DataFrame(
        {
            "molecule": [molecule.id for molecule in response.molecules for _ in range(each)],
            "dose_pmol_per_kg": np.tile(response.dose, len(response.molecules)),
        }
        | {name: values.ravel() for name, values in response.effects.items()}
    )


def candidates_frame(found: Candidates) -> pl.DataFrame:
    """One row a candidate: affinities (pM), relative clearance, dose (pmol/kg), effects."""
    return pl.DataFrame(
        {
            "K_alpha_pM": found.K_alpha,
            "K_beta_gamma_pM": found.K_beta_gamma,
            "clearance_relative": found.clearance,
            "dose_pmol_per_kg": found.dose,
        }
        | found.effects
    )


def equal_harm_grid(
    response: DoseResponse, harm: str, level: float, shown: Sequence[str] = tuple(EFFECTS)
) -> Grid:
    """What each molecule does at the dose with the same harm."""
    dose = dose_at(response, harm, level)
    effects = effects_at(response, dose)
    rows = [
        [molecule.name, number(float(dose[k]), 1), *(_cell(float(effects[n][k])) for n in shown)]
        for k, molecule in enumerate(response.molecules)
    ]
    what = EFFECTS[harm]
    caption = f"At equal harm: {what.label} {level:.3g} {what.unit}".rstrip()
    return Grid(caption, ["Molecule", "Dose, pmol/kg", *map(_head, shown)], rows)


def window_grid(
    response: DoseResponse, room: Sequence[Window], benefit: tuple[str, float], harm: str
) -> Grid:
    """Doses from enough benefit to too much harm."""
    what, least = EFFECTS[benefit[0]], benefit[1]
    rows = [
        [
            response.molecules[response.row(one.molecule)].name,
            number(one.enough, 1),
            number(one.too_much, 1),
            number(one.width, 1),
        ]
        for one in room
    ]
    enough = f"{what.label} {least:g} {what.unit}".rstrip()
    caption = f"Window, from enough ({enough}) to too much ({EFFECTS[harm].label}). "
    caption += "Below 1 fold no dose does one without the other."
    return Grid(caption, ["Molecule", "Enough, pmol/kg", "Too much, pmol/kg", "Fold"], rows)


def front_grid(found: Candidates, best: np.ndarray, benefit: str, harm: str) -> Grid:
    """Some of the designs that no other one beats, evenly over their benefit."""
    gain = found.effects[benefit][best]
    pick = best[np.unique(np.searchsorted(gain, np.linspace(gain[0], gain[-1], FRONT_ROWS)))]
    rows = [
        [
            number(float(found.K_alpha[k])),
            number(float(found.K_beta_gamma[k])),
            f"{found.clearance[k]:g}",
            number(float(found.dose[k]), 1),
            _cell(float(found.effects[benefit][k])),
            _cell(float(found.effects[harm][k])),
        ]
        for k in pick
    ]
    head = ["Kd CD25, pM", "Kd CD122-CD132, pM", "Clearance", "Dose, pmol/kg"]
    return Grid(
        f"{len(pick)} of {len(best)} that no other candidate beats",
        [*head, _head(benefit), _head(harm)],
        rows,
    )


def write_map(found: SelectivityMap, known: Sequence[Molecule], regimen: Regimen, folder: Path):
    """Page and table of a selectivity map, in a folder; path of the page."""
    edge = float(found.K_alpha[-1])
    marks = Grid(
        "Molecules on the map",
        ["Molecule", "Mark", "Kd CD25, pM", "Kd CD122-CD132, pM"],
        [
            [
                molecule.name,
                str(place),
                number(molecule.affinities.K_alpha)
                if molecule.affinities.K_alpha <= edge
                else "no binding",
                number(molecule.affinities.K_beta_gamma),
            ]
            for place, molecule in numbered(known, edge)
        ],
    )
    figures = [preference(found, known), *(selectivity(found, name, known) for name in BRIEF)]
    figures += [selectivity(found, name, known) for name in EFFECTS if name not in BRIEF]
    base = f"Times and route of {regimen.name}; first cycle and three days more."
    return _write(folder, "Which cells a molecule speaks to", base, [marks], figures,
                  map_frame(found))  # fmt: skip


def write_doses(
    response: DoseResponse,
    room: Sequence[Window],
    benefit: tuple[str, float],
    harm: tuple[str, float],
    regimen: Regimen,
    folder: Path,
) -> Path:
    """Page and table of doses, in a folder; path of the page."""
    tables = [equal_harm_grid(response, *harm), window_grid(response, room, benefit, harm[0])]
    figures = [dose_response(response, one.molecule, one) for one in room]
    base = (
        f"Times and route of {regimen.name}; first cycle and three days more. Its own first dose "
        f"is {number(response.usual)} pmol/kg. Most half-lives of variants are assumed (`aldesim "
        "molecules NAME` tells which), so read shapes rather than ranks."
    )
    return _write(folder, "Molecules over their dose", base, tables, figures,
                  doses_frame(response))  # fmt: skip


def write_front(
    found: Candidates, benefit: str, harm: str, regimen: Regimen, base: Molecule, folder: Path
) -> Path:
    """Page and table of candidates and their front, in a folder; path of the page."""
    best = undominated(found.effects[benefit], found.effects[harm])
    text = (
        f"Times and route of {regimen.name}; first cycle and three days more. What is not varied "
        f"is as for {base.name}."
    )
    heading = f"{EFFECTS[benefit].label} for the least harm"
    return _write(folder, heading, text, [front_grid(found, best, benefit, harm)],
                  [front(found, best, benefit, harm)], candidates_frame(found))  # fmt: skip


def _write(
    folder: Path,
    heading: str,
    base: str,
    tables: Sequence[Grid],
    figures: Sequence[go.Figure],
    frame: pl.DataFrame,
) -> Path:
    write_text(folder / "design.csv", frame.write_csv())
    plots = Plots()
    context = {
        "heading": heading,
        "base": base,
        "tables": tables,
        "drawn": [plots(figure) for figure in figures],
    }
    page = folder / "design.html"
    text = fill(page_environment().get_template("design.html.j2"), context, plots)
    return write_text(page, text)


def _head(name: str) -> str:
    what = EFFECTS[name]
    return f"{what.label}, {what.unit}" if what.unit else what.label


def _cell(value: float) -> str:
    return number(value, 3 if abs(value) < 0.1 else 2)
