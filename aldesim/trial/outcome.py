"""Endpoints of each patient, and the tables of a treated chunk."""

import numpy as np
import polars as pl

from aldesim.engine import LaneStatus
from aldesim.trial.endpoints import Assessment, assess, progression_free
from aldesim.trial.journal import event_frame
from aldesim.trial.protocol import Protocol
from aldesim.trial.treat import Treatment


def tables(treated: Treatment, protocol: Protocol) -> dict[str, pl.DataFrame]:
    """Tables of one chunk by name; see `TrialResult` for what each holds."""
    ids = treated.patients
    days = np.array([day for day, _ in treated.scans])
    sizes = np.stack([size for _, size in treated.scans], axis=1)
    assessment = assess(days[1:], sizes[:, 1:], sizes[:, 0], treated.mortality.day)
    doses = treated.ledger.frame(ids)
    deaths = np.flatnonzero(np.isfinite(treated.mortality.day))
    events = treated.watch.log + [
        (np.array([row]), float(treated.mortality.day[row]), "death") for row in deaths
    ]
    return {
        "patients": _patients(treated, protocol, assessment, doses),
        "doses": doses,
        "decisions": treated.decisions.frame(ids),
        "orders": treated.order_log.frame(ids),
        "scans": _scans(ids, days[1:], sizes[:, 1:], assessment),
        "toxicity": treated.grades.frame(ids),
        "courses": treated.courses.frame(ids),
        "events": event_frame(events, ids),
    }


def _patients(
    treated: Treatment, protocol: Protocol, assessment: Assessment, doses: pl.DataFrame
) -> pl.DataFrame:
    size = len(treated.patients)
    failed = treated.batch.status != LaneStatus.OK
    status = [treated.batch.failure(row) if failed[row] else "ok" for row in range(size)]
    death = treated.mortality.day
    died = np.isfinite(death)
    time, progressed = progression_free(assessment, death)

    def valid(values: np.ndarray) -> np.ndarray:
        return np.where(failed, np.nan, values)

    frame = pl.DataFrame(
        {
            "id": treated.patients.astype(np.uint32),
            "status": status,
            **treated.virtual.covariates,
            "off_treatment": treated.stay.off_treatment.tolist(),
            "off_reason": treated.stay.off_reason.tolist(),
            "best_response": np.where(failed, "NE", assessment.best).tolist(),
            "best_change_pct": valid(assessment.best_change_pct),
            "response_day": valid(assessment.response_day),
            "progression_day": valid(time),
            "progressed": progressed & ~failed,
            "death_day": valid(np.where(died, death, protocol.scenario.follow_up_days)),
            "died": died & ~failed,
            "death_cause": treated.mortality.cause.tolist(),
            "pressor_used": treated.extremes.pressor_hours > 0,
            "pressor_hours": valid(treated.extremes.pressor_hours),
            "hospital_days": valid(treated.stay.hospital_hours / 24),
            "fluid_L": valid(treated.extremes.fluid_L),
            **{name: valid(values) for name, values in treated.extremes.values.items()},
        }
    )
    return frame.join(_counts(protocol, doses), on="id", how="left", maintain_order="left")


def _counts(protocol: Protocol, doses: pl.DataFrame) -> pl.DataFrame:
    """Doses planned in the courses begun, doses given in all, by course and by cycle."""
    given = pl.col("given_IU") > 0
    calendar = protocol.calendar
    parts = {f"doses_course_{k}": pl.col("course") == k for k in np.unique(calendar.course)}
    parts |= {f"doses_cycle_{k}": pl.col("cycle") == k for k in np.unique(calendar.slots.cycle)}
    in_one = len(protocol.regimen.slots())
    return doses.group_by("id").agg(
        given.sum().cast(pl.Int32).alias("doses_given"),
        *((given & part).sum().cast(pl.Int32).alias(name) for name, part in parts.items()),
        (in_one * pl.col("course").n_unique()).cast(pl.Int32).alias("doses_planned"),
        pl.col("course").filter(given).n_unique().cast(pl.Int32).alias("courses_given"),
    )


def _scans(
    ids: np.ndarray, days: np.ndarray, sizes: np.ndarray, assessment: Assessment
) -> pl.DataFrame:
    made = np.isfinite(assessment.change_pct)
    row, scan = np.nonzero(made)
    return pl.DataFrame(
        {
            "id": ids[row].astype(np.uint32),
            "time": days[scan],
            "SLD": sizes[row, scan],
            "change_pct": assessment.change_pct[row, scan],
            "nadir_change_pct": assessment.nadir_change_pct[row, scan],
            "response": assessment.response[row, scan].astype(str).tolist(),
        }
    )
