"""Doses given in a finished trial, as records that pharmacometric programs read."""

import numpy as np
import polars as pl

from aldesim.regimen.records import AmountUnit, Doses, EventRecords, TimeUnit, event_records
from aldesim.trial.protocol import restore
from aldesim.trial.result import TrialResult


def dose_records(
    result: TrialResult, *, time_unit: TimeUnit = "day", amount_unit: AmountUnit = "IU"
) -> EventRecords:
    """NONMEM-style records (ID, TIME, AMT, RATE, EVID, CMT) of every dose given.

    Held doses leave no record; runs of equal doses are kept apart, as they were given.

    Parameters
    ----------
    result : TrialResult
        A finished trial.
    time_unit : str
        "day" or "h", from each patient's own first dose.
    amount_unit : str
        "IU", "mg" or "pmol"; RATE is per time unit.
    """
    protocol = restore(result.manifest["inputs"])
    slots = protocol.slots
    plan = pl.DataFrame(
        {
            "cycle": slots.cycle.astype(np.int16),
            "slot": slots.slot.astype(np.int16),
            "duration": slots.duration,
            "route": slots.route.astype(str).tolist(),
        }
    )
    amount = f"given_{protocol.amount_unit}"
    given = result.doses.filter(pl.col(amount) > 0).collect().join(plan, on=["cycle", "slot"])
    given = given.sort("id", "time")
    doses = Doses(
        id=given["id"].to_numpy().astype(np.int64),
        time=given["time"].to_numpy(),
        amount=given[amount].to_numpy(),
        duration=given["duration"].to_numpy(),
        route=given["route"].to_numpy().astype(str),
        unit=protocol.amount_unit,
    )
    return event_records(doses, protocol.molecule, time_unit=time_unit, amount_unit=amount_unit)
