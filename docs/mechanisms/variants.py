"""Chapter 6: prodrugs and muteins."""

from __future__ import annotations

import numpy as np
from receptors import LEVEL, LEVELS
from registry import VARIANTS, Curve, Shown, mechanism
from running import half_level, occupied

from aldesim.drug import load_molecule
from aldesim.report.palette import LIGHT


@mechanism(
    VARIANTS,
    "Variants shift the choice of cells: without alpha binding all cells are alike; a mutein with "
    "weak beta-gamma binding keeps to Treg up to levels at which aldesleukin drives CD8 cells.",
    "receptors.ant: pairing_drug, two_chain_lymphoid, complexes_Treg, complexes_CD8",
    "K_alpha, K_beta_gamma (molecules.yaml)",
    "Share that signals: Treg less CD8",
    LEVEL,
    "x",
    given="each variant alone at each level",
)
def muteins() -> Shown:
    shelf = {"aldesleukin": LIGHT.il2, "Fc_IL2_N88D": LIGHT.treg, "nemvaleukin": LIGHT.nk}
    curves, ratio, gap = [], {}, {}
    for name, colour in shelf.items():
        found = load_molecule(name).affinities
        affinities = {"K_alpha": found.K_alpha, "K_beta_gamma": found.K_beta_gamma}
        treg, cd8 = (occupied(cell, LEVELS, **affinities) for cell in ("Treg", "CD8"))
        curves.append(Curve(name.replace("_", " "), LEVELS, treg - cd8, colour))
        ratio[name] = half_level("CD8", **affinities) / half_level("Treg", **affinities)
        gap[name] = float(np.interp(3000, LEVELS, treg - cd8))
    numbers = {
        "half-maximal level of CD8 cells over that of Treg, fold": ratio,
        "share of Treg receptors less that of CD8 at 3000 pM": gap,
    }
    holds = ratio["nemvaleukin"] < 1.1 < 10 < min(ratio["aldesleukin"], ratio["Fc_IL2_N88D"])
    return Shown(curves, numbers, holds and gap["Fc_IL2_N88D"] > 1.3 * gap["aldesleukin"])
