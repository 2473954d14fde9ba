"""Answers of the design page; what is computed is kept for all pages."""

import math
from functools import lru_cache
from typing import Any

from aldesim.app.asked import chosen, number
from aldesim.app.figures import spec_of
from aldesim.app.themes import theme_named
from aldesim.design import (
    EFFECTS,
    DoseResponse,
    SelectivityMap,
    selectivity_map,
    window,
)
from aldesim.design import dose_response as respond
from aldesim.drug import molecules
from aldesim.errors import InputError
from aldesim.regimen import load_regimen, regimen_names
from aldesim.report.design import equal_harm_grid, window_grid
from aldesim.report.figures.dose_response import dose_response
from aldesim.report.figures.selectivity import numbered, preference, selectivity

POINTS = 21
PREFERENCE = "preference"
KEPT = 24


class Design:
    """Answers of the design page."""

    def map(self, regimen: Any, effect: Any, theme: Any) -> dict[str, Any]:
        """One effect over both affinities, with the known molecules on it."""
        name = chosen("regimen", regimen, regimen_names())
        wanted = chosen("effect", effect, (PREFERENCE, *EFFECTS))
        found, known, look = _map(name), list(molecules().values()), theme_named(theme)
        if wanted == PREFERENCE:
            figure = preference(found, known, theme=look)
        else:
            figure = selectivity(found, wanted, known, theme=look)
        own = found.base.affinities
        return {
            "figure": spec_of(figure),
            "base": {"K_alpha": own.K_alpha, "K_beta_gamma": own.K_beta_gamma},
            "known": [
                [str(place), molecule.name, molecule.id]
                for place, molecule in numbered(known, float(found.K_alpha.max()))
            ],
        }

    def doses(
        self, regimen: Any, molecule: Any, benefit: Any, enough: Any, harm: Any, too_much: Any,
        theme: Any,
    ) -> dict[str, Any]:  # fmt: skip
        """Effects of a molecule over its dose, and the window of every molecule."""
        response = _doses(chosen("regimen", regimen, regimen_names()))
        one = chosen("molecule", molecule, tuple(molecules()))
        gain, cost = chosen("benefit", benefit, EFFECTS), chosen("harm", harm, EFFECTS)
        least, most = _level("enough", enough), _level("too_much", too_much)
        room = window(response, gain, least, cost, most)
        mine = next(row for row in room if row.molecule == one)
        grids = (
            window_grid(response, room, (gain, least), cost),
            equal_harm_grid(response, cost, most, ("signal_Treg", "signal_CD8", "signal_NK")),
        )
        return {
            "figure": spec_of(dose_response(response, one, mine, theme=theme_named(theme))),
            "grids": [{"caption": g.caption, "head": g.head, "rows": g.rows} for g in grids],
        }


@lru_cache(maxsize=KEPT)
def _map(regimen: str) -> SelectivityMap:
    return selectivity_map(load_regimen(regimen), molecules()["aldesleukin"], points=POINTS)


@lru_cache(maxsize=KEPT)
def _doses(regimen: str) -> DoseResponse:
    return respond(load_regimen(regimen), list(molecules().values()))


def _level(field: str, value: Any) -> float:
    level = number("design", field, value)
    if not math.isfinite(level) or level <= 0:
        raise InputError("design", field, value, "must be above 0")
    return level
