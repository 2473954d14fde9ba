"""What is written down while patients are treated, and the tables made of it."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

COURSE_SIGNS = (
    "il2_plasma",
    "MAP",
    "SBP",
    "heart_rate",
    "weight",
    "albumin",
    "creatinine",
    "urine_output",
    "bilirubin",
    "temperature",
    "platelets",
    "eosinophils",
    "SpO2",
    "confusion",
    "lymphocytes",
    "blood_NK",
    "blood_CD4",
    "blood_CD8",
    "blood_Treg",
    "Treg",
    "NK",
    "CD8_effector",
    "CD8_memory",
    "SLD",
    "tumour_volume",
    "pressor_dose",
    "permeability",
)
VIRUS_SIGNS = ("viral_load",)
"""Kept besides, of populations with HIV infection."""


@dataclass
class Courses:
    """Signs of all patients at the recorded instants."""

    signs: tuple[str, ...] = COURSE_SIGNS
    days: list[float] = field(default_factory=list)
    rows: list[np.ndarray] = field(default_factory=list)

    def note(self, day: float, seen: dict[str, np.ndarray], alive: np.ndarray) -> None:
        """Keep the course signs of one instant; the dead have none."""
        self.days.append(day)
        signs = np.array([seen[sign] for sign in self.signs])
        self.rows.append(np.where(alive, signs, np.nan).astype(np.float32))

    def frame(self, patients: np.ndarray) -> pl.DataFrame:
        """Table `courses`: id, time (days), one column per sign; patient by patient."""
        values = np.stack(self.rows)  # instant, sign, patient
        columns = {
            "id": np.repeat(patients.astype(np.uint32), len(self.days)),
            "time": np.tile(np.array(self.days), len(patients)),
        }
        for index, sign in enumerate(self.signs):
            columns[sign] = np.ascontiguousarray(values[:, index, :].T).ravel()
        return pl.DataFrame(columns)


@dataclass
class OrderLog:
    """Every change of an input other than the dose; with the ledger it rebuilds a patient."""

    last: dict[str, np.ndarray]
    entries: list[tuple[np.ndarray, float, str, np.ndarray]] = field(default_factory=list)

    def note(self, day: float, inputs: dict[str, np.ndarray]) -> None:
        """Keep what differs from the last instant."""
        for name, now in inputs.items():
            differs = now != self.last[name]
            if differs.any():
                changed = np.flatnonzero(differs)
                self.entries.append((changed, day, name, now[changed].copy()))
                self.last[name] = now.copy()

    def frame(self, patients: np.ndarray) -> pl.DataFrame:
        """Table `orders`: id, time (days), input, value (the model's units)."""
        parts = [
            pl.DataFrame({"id": patients[rows].astype(np.uint32), "value": value}).with_columns(
                pl.lit(day).alias("time"), pl.lit(name).alias("input")
            )
            for rows, day, name, value in self.entries
        ]
        schema = {"id": pl.UInt32, "time": pl.Float64, "input": pl.String, "value": pl.Float64}
        frame = pl.concat(parts) if parts else pl.DataFrame(schema=schema)
        return frame.select(list(schema)).sort("id", "time", "input")


@dataclass
class Ledger:
    """Every dose that fell due: given or not, and why; one entry of columns a slot.

    Parameters
    ----------
    unit : str
        "IU", or "mg" of a molecule dosed by mass: what the names of its columns end in.
    """

    unit: str = "IU"
    entries: list[dict[str, np.ndarray]] = field(default_factory=list)

    def note(
        self,
        due: np.ndarray,
        *,
        course: int,
        cycle: int,
        slot: int,
        day: float,
        planned: np.ndarray,
        given: np.ndarray,
        action: np.ndarray,
        reasons: dict[int, str],
    ) -> None:
        """Keep one slot; arrays run over all patients, `due` picks those on treatment."""
        rows = np.flatnonzero(due)
        self.entries.append(
            {
                "row": rows,
                "course": np.full(len(rows), course, dtype=np.int16),
                "cycle": np.full(len(rows), cycle, dtype=np.int16),
                "slot": np.full(len(rows), slot, dtype=np.int16),
                "time": np.full(len(rows), day),
                f"planned_{self.unit}": planned[rows],
                f"given_{self.unit}": np.where(given, planned, 0.0)[rows],
                "action": action[rows].astype(object),
                "reasons": np.array([reasons.get(row, "") for row in rows.tolist()], dtype=object),
            }
        )

    def frame(self, patients: np.ndarray) -> pl.DataFrame:
        """Table `doses`: id, course, cycle, slot, time, planned_IU, given_IU, action, reasons.

        Of a molecule dosed by mass planned_mg and given_mg. Time in days; cycles are numbered
        through all courses, slots within the cycle.
        """
        return _by_patient(self.entries, patients)


@dataclass
class DecisionLog:
    """The signs that each decision rested on, as they stood on the chart."""

    entries: list[dict[str, np.ndarray]] = field(default_factory=list)

    def note(
        self,
        due: np.ndarray,
        *,
        course: int,
        cycle: int,
        slot: int,
        day: float,
        action: np.ndarray,
        signs: dict[str, np.ndarray],
        ages: dict[str, np.ndarray],
    ) -> None:
        """Keep one slot; arrays run over all patients, `due` picks those on treatment."""
        rows = np.flatnonzero(due)
        columns: dict[str, np.ndarray] = {
            "row": rows,
            "course": np.full(len(rows), course, dtype=np.int16),
            "cycle": np.full(len(rows), cycle, dtype=np.int16),
            "slot": np.full(len(rows), slot, dtype=np.int16),
            "time": np.full(len(rows), day),
            "action": action[rows].astype(object),
        }
        columns |= {name: values[rows].astype(np.float32) for name, values in signs.items()}
        columns |= {
            f"hours_since_{name}": hours[rows].astype(np.float32) for name, hours in ages.items()
        }
        self.entries.append(columns)

    def frame(self, patients: np.ndarray) -> pl.DataFrame:
        """Table `decisions`: id, course, cycle, slot, time (days), action, one column a sign."""
        return _by_patient(self.entries, patients)


def _by_patient(entries: list[dict[str, np.ndarray]], patients: np.ndarray) -> pl.DataFrame:
    """Entries as one table by patient and time; an entry's `row` becomes the patient's `id`."""
    columns = {name: np.concatenate([entry[name] for entry in entries]) for name in entries[0]}
    ids = patients[columns.pop("row")].astype(np.uint32)
    text = {name: pl.String for name, values in columns.items() if values.dtype == object}
    return pl.DataFrame({"id": ids} | columns, schema_overrides=text).sort("id", "time")


def event_frame(entries: list[tuple[np.ndarray, float, str]], patients: np.ndarray) -> pl.DataFrame:
    """Table `events`: id, time (days), kind."""
    schema = {"id": pl.UInt32, "time": pl.Float64, "kind": pl.String}
    parts = [
        pl.DataFrame({"id": patients[rows].astype(np.uint32)}).with_columns(
            pl.lit(day).alias("time"), pl.lit(kind).alias("kind")
        )
        for rows, day, kind in entries
    ]
    frame = pl.concat(parts) if parts else pl.DataFrame(schema=schema)
    return frame.select(list(schema)).sort("id", "time", "kind")
