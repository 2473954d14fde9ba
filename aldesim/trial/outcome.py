"""Endpoints of each patient, and the tables of a treated chunk."""

import numpy as np
import polars as pl

from aldesim.engine import LaneStatus
from aldesim.trial.endpoints import WHO, Assessment, progression_free
from aldesim.trial.imaging import MOST
from aldesim.trial.journal import event_frame
from aldesim.trial.protocol import Protocol
from aldesim.trial.scans import assess_scans
from aldesim.trial.treatment import Treatment


def tables(treated: Treatment, protocol: Protocol) -> dict[str, pl.DataFrame]:
    """Tables of one chunk by name; see `TrialResult` for what each holds."""
    ids = treated.patients
    assessment = assess_scans(treated.scans, treated.mortality.day)
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
        "scans": _scans(treated, assessment),
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
    products = assess_scans(treated.scans, death, WHO)
    time_who, progressed_who = progression_free(products, death)

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
            "progression_by": np.where(failed, "", _cause(assessment, death)).tolist(),
            "best_response_WHO": np.where(failed, "NE", products.best).tolist(),
            "response_day_WHO": valid(products.response_day),
            "progression_day_WHO": valid(time_who),
            "progressed_WHO": progressed_who & ~failed,
            "new_lesions": np.max([scan.new_lesions for scan in treated.scans], axis=0),
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
    """Doses planned in the courses begun, doses given in them, by course and by cycle; at home."""
    given = pl.col(f"given_{protocol.amount_unit}") > 0
    calendar, courses = protocol.calendar, protocol.scenario.courses
    in_courses = calendar.course <= courses
    parts = {"doses_given": pl.col("course") <= courses}
    parts |= {f"doses_course_{k}": pl.col("course") == k for k in range(1, courses + 1)}
    cycles = np.unique(calendar.slots.cycle[in_courses])
    parts |= {f"doses_cycle_{k}": pl.col("cycle") == k for k in cycles}
    if not in_courses.all():
        parts["doses_at_home"] = pl.col("course") > courses
    in_one = len(protocol.regimen.slots())
    begun = pl.col("course").filter(pl.col("course") <= courses)
    had = pl.col("course").filter(given & (pl.col("course") <= courses))
    return doses.group_by("id").agg(
        *((given & part).sum().cast(pl.Int32).alias(name) for name, part in parts.items()),
        (in_one * begun.n_unique()).cast(pl.Int32).alias("doses_planned"),
        had.n_unique().cast(pl.Int32).alias("courses_given"),
    )


def _cause(assessment: Assessment, death: np.ndarray) -> np.ndarray:
    """What ended the progression-free time: target, new lesion, death, or nothing yet."""
    dead = np.isfinite(death) & (assessment.progression_by == "")
    return np.where(dead, "death", assessment.progression_by)


def _scans(treated: Treatment, assessment: Assessment) -> pl.DataFrame:
    scans = treated.scans[1:]
    made = np.isfinite(assessment.change_pct)
    row, scan = np.nonzero(made)
    days = np.array([one.day for one in scans])
    sizes = np.stack([one.sld for one in scans], axis=1) if scans else made
    targets = (
        np.stack([one.targets for one in scans], axis=1) if scans else np.empty((*made.shape, MOST))
    )
    new = np.stack([one.new_lesions for one in scans], axis=1) if scans else made
    return pl.DataFrame(
        {
            "id": treated.patients[row].astype(np.uint32),
            "time": days[scan],
            "SLD": sizes[row, scan],
            **{f"target_{k + 1}": targets[row, scan, k] for k in range(MOST)},
            "new_lesions": new[row, scan].astype(np.int32),
            "change_pct": assessment.change_pct[row, scan],
            "nadir_change_pct": assessment.nadir_change_pct[row, scan],
            "response": assessment.response[row, scan].astype(str).tolist(),
        }
    )
