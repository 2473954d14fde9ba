"""The clock that every patient of a trial shares: when to look, to decide, to dose, to scan.

Times are whole minutes from each patient's own first dose, so that an infusion ends exactly when
it should; they become days only where the model is advanced.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from aldesim.timeunits import MINUTES_PER_DAY

NONE = -1
HOME_DAYS = 2  # after the last dose at home, until which orders are reviewed


@dataclass(frozen=True)
class Clock:
    """Instants at which the closed loop stops, in order.

    Parameters
    ----------
    minutes : ndarray, shape (k,)
        Minutes from the first dose, strictly increasing.
    slot : ndarray, shape (k,)
        Index of the regimen slot that falls due, or -1.
    infusion_end : ndarray of bool, shape (k,)
        An infusion that began earlier ends here.
    round : ndarray of bool, shape (k,)
        Hourly round of the ward: discharge and supportive orders are reviewed. While doses are
        given at home orders are reviewed with them and once a day.
    close : ndarray of bool, shape (k,)
        Last round of a stay: whoever is still there leaves.
    record : ndarray of bool, shape (k,)
        The time courses keep this instant.
    scan : ndarray, shape (k,)
        Index of the tumour scan, or -1; scan 0 is the baseline.
    """

    minutes: np.ndarray
    slot: np.ndarray
    infusion_end: np.ndarray
    round: np.ndarray
    close: np.ndarray
    record: np.ndarray
    scan: np.ndarray

    @cached_property
    def days(self) -> np.ndarray:
        """Days from the first dose, shape (k,)."""
        return self.minutes / MINUTES_PER_DAY

    def __len__(self) -> int:
        """Number of instants."""
        return len(self.minutes)


def build_clock(
    slot_minutes: np.ndarray,
    infusion_minutes: np.ndarray,
    cycle: np.ndarray,
    home: np.ndarray,
    *,
    ward_hours_after_last_slot: int,
    follow_up_days: int,
    scan_days: tuple[int, ...],
    record_minutes: tuple[int, ...] = (),
) -> Clock:
    """Shared instants of a regimen, its hospital stays, its follow-up and its scans.

    Hourly while in hospital, daily for a month after the last slot, weekly from then on.

    Parameters
    ----------
    slot_minutes, infusion_minutes : ndarray, shape (s,)
        Start of each regimen slot (minutes from the first dose) and length of its infusion;
        0 for an injection.
    cycle : ndarray, shape (s,)
        Cycle number of each slot; the slots of one cycle share one hospital stay.
    home : ndarray of bool, shape (s,)
        The dose is given outside hospital.
    ward_hours_after_last_slot : int
        Hours a stay lasts beyond the cycle's last planned dose.
    follow_up_days : int
        Day on which observation ends.
    scan_days : tuple of int
        Days of tumour scans; day 0 is added as the baseline.
    record_minutes : tuple of int
        Further instants that the time courses keep, minutes from the first dose; nothing is
        reviewed then.
    """
    end = follow_up_days * MINUTES_PER_DAY
    last_slot = int(slot_minutes.max()) if len(slot_minutes) else 0
    stops = slot_minutes + infusion_minutes

    rounds: set[int] = set()
    closings: set[int] = set()
    for c in np.unique(cycle[~home]):
        starts = slot_minutes[cycle == c]
        leave = int(starts.max()) + 60 * ward_hours_after_last_slot
        rounds.update(range(int(starts.min()), leave + 1, 60))
        closings.add(leave)

    daily_until = min(last_slot + 30 * MINUTES_PER_DAY, end)
    days = set(range(0, daily_until + 1, MINUTES_PER_DAY))
    weeks = set(range(0, end + 1, 7 * MINUTES_PER_DAY))
    scans = sorted({0, *(d * MINUTES_PER_DAY for d in scan_days if d * MINUTES_PER_DAY <= end)})
    recorded = days | weeks | set(scans) | {end} | set(slot_minutes.tolist()) | set(stops.tolist())

    if home.any():
        first, last = int(slot_minutes[home].min()), int(slot_minutes[home].max())
        until = last + HOME_DAYS * MINUTES_PER_DAY
        rounds.update(minute for minute in recorded if first <= minute <= until)
    recorded |= set(record_minutes)

    minutes = np.array(sorted(t for t in recorded | rounds if t <= end), dtype=np.int64)
    slot = np.full(len(minutes), NONE)
    slot[np.searchsorted(minutes, slot_minutes[slot_minutes <= end])] = np.flatnonzero(
        slot_minutes <= end
    )
    scan = np.full(len(minutes), NONE)
    scan[np.searchsorted(minutes, scans)] = np.arange(len(scans))
    return Clock(
        minutes=minutes,
        slot=slot,
        infusion_end=np.isin(minutes, stops[infusion_minutes > 0]),
        round=np.isin(minutes, list(rounds)),
        close=np.isin(minutes, list(closings)),
        record=np.isin(minutes, list(recorded)),
        scan=scan,
    )
