"""Virtual bodies and what is put into them; shared by the closed loop and its replay."""

import numpy as np

from aldesim import model
from aldesim.engine import Batch
from aldesim.population import VirtualPatients
from aldesim.regimen import Slot
from aldesim.trial.before import start_day
from aldesim.trial.protocol import RTOL, Protocol

INFUSIONS = ("infusion_rate", "prodrug_rate")
"""Inputs of the model that doses feed; the ledger keeps them, not the orders."""


def stop_infusions(inputs: dict[str, np.ndarray]) -> None:
    """End every infusion of the drug."""
    for name in INFUSIONS:
        inputs[name] = np.zeros_like(inputs[name])


def begin(protocol: Protocol, patients: np.ndarray) -> tuple[VirtualPatients, Batch]:
    """Patients drawn, and their bodies untreated, at the first day on which anything is given."""
    virtual = protocol.draw(patients)
    parameters = protocol.body_parameters(virtual)
    scales = model.state_scales()
    start = start_day(protocol.scenario.before)
    batch = protocol.model.batch(parameters, len(patients), rtol=RTOL, scale=scales, start=start)
    return virtual, batch


def give(
    protocol: Protocol,
    batch: Batch,
    inputs: dict[str, np.ndarray],
    slot: Slot,
    dose: np.ndarray,
) -> None:
    """Give a dose: set the infusion rate of the inputs, or add a bolus to the body.

    Parameters
    ----------
    protocol : Protocol
        For the molecule.
    batch : Batch
        The bodies.
    inputs : dict of str to ndarray, shape (n,)
        Inputs of the model; the one that an infusion feeds (pmol/day) is replaced.
    slot : Slot
        The planned dose: its route and duration.
    dose : ndarray, shape (n,)
        For each patient, 0 for none, in the protocol's unit of amounts: IU or mg.
    """
    amount = np.asarray(protocol.molecule.pmol(dose, protocol.amount_unit))
    match slot.route:
        case "IV_infusion" | "CIV":
            name = "prodrug_rate" if protocol.molecule.releasable else "infusion_rate"
            inputs[name] = amount / slot.duration
        case "IV_bolus":
            batch.add("il2_prodrug" if protocol.molecule.releasable else "il2_central", amount)
        case "SC":
            batch.add("il2_depot", amount)
        case "oral":
            pass  # digested: nothing of the protein reaches the blood
