"""Virtual bodies and what is put into them; shared by the closed loop and its replay."""

import numpy as np

from aldesim import model
from aldesim.engine import Batch
from aldesim.population import VirtualPatients, draw
from aldesim.regimen import Slot
from aldesim.trial.protocol import RTOL, Protocol


def begin(protocol: Protocol, patients: np.ndarray) -> tuple[VirtualPatients, Batch]:
    """Patients drawn, and their bodies untreated at time 0."""
    scenario = protocol.scenario
    virtual = draw(protocol.population, model.parameter_table(), scenario.seed, patients)
    parameters = {
        **virtual.parameters,
        **protocol.molecule.model_parameters(),
        **protocol.support.model_parameters(),
        **scenario.parameters,
    }
    scales = model.state_scales()
    return virtual, protocol.model.batch(parameters, len(patients), rtol=RTOL, scale=scales)


def give(
    protocol: Protocol,
    batch: Batch,
    inputs: dict[str, np.ndarray],
    slot: Slot,
    dose_IU: np.ndarray,
) -> None:
    """Give a dose: set the infusion rate of the inputs, or add a bolus to the body.

    Parameters
    ----------
    protocol : Protocol
        For the molecule.
    batch : Batch
        The bodies.
    inputs : dict of str to ndarray, shape (n,)
        Inputs of the model; `infusion_rate` (pmol/day) is replaced for an infusion.
    slot : Slot
        The planned dose: its route and duration.
    dose_IU : ndarray, shape (n,)
        IU for each patient, 0 for none.
    """
    amount = np.asarray(protocol.molecule.pmol(dose_IU))
    match slot.route:
        case "IV_infusion" | "CIV":
            inputs["infusion_rate"] = amount / slot.duration
        case "IV_bolus":
            batch.add("il2_central", amount)
        case "SC":
            batch.add("il2_depot", amount)
        case "oral":
            pass  # digested: nothing of the protein reaches the blood
