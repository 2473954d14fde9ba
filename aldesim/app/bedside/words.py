"""What is happening to the patient, in plain words, and why a dose was not given."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aldesim.app.bedside.patient import Course
from aldesim.drug import mg_from_iu
from aldesim.report.wording import ACTIONS, day_and_hour, dose_given, number, words
from aldesim.timeunits import HOURS_PER_DAY

LEAST_LEVEL = 0.1  # pM; below it an assay sees nothing
FEVER = 38.0  # degC
PRESSOR_RUNS = 0.01  # ug/kg/min
LITTLE_URINE = 30.0  # mL/h
_FLAG = re.compile(r" yes\b")
_REASON = re.compile(r"^(?P<id>[A-Z][\w-]*) (?P<title>[^:]+): (?P<why>.+)$")


def reason_in_words(reasons: str) -> str:
    """Reasons of the ledger without the numbers of the rules.

    Examples
    --------
    >>> reason_in_words("HOLD-05 mental status: confusion_grade 2 (hold at 2 or more)")
    'mental status, confusion grade 2 (hold at 2 or more)'
    """
    found = []
    for part in filter(None, reasons.split("; ")):
        match = _REASON.match(part)
        text = f"{match['title']}, {match['why']}" if match else part
        found.append(words(_FLAG.sub("", text)))
    return "; ".join(found)


def headline(course: Course) -> str:
    """How many doses were given, and how the treatment ended, in one sentence."""
    doses = course.doses
    actions = [row["action"] for row in doses]
    given, held = actions.count("give"), actions.count("hold")
    text = f"{given} of {len(course.protocol.slots)} doses given"
    if held:
        text += f", {held} held"
    stops = [row for row in doses if row["action"].startswith("stop")]
    for row in stops:
        text += f", {ACTIONS[row['action']]} on day {number(row['time'], 1)}"
    return text + "."


def not_given(course: Course) -> list[dict[str, Any]]:
    """Each dose that was not given: when, which, and why."""
    return [
        {
            "day": row["time"],
            "text": f"Cycle {row['cycle']}, dose {row['slot']} "
            f"{'held' if row['action'] == 'hold' else ACTIONS[row['action']]}: "
            f"{reason_in_words(row['reasons'])}",
        }
        for row in course.doses
        if row["action"] != "give"
    ]


@dataclass(frozen=True)
class _Moment:
    """Signs at one instant beside those before treatment."""

    now: dict[str, float]
    first: dict[str, float]
    earlier: dict[str, float]

    def ratio(self, sign: str) -> float:
        return self.now[sign] / self.first[sign] if self.first[sign] else np.nan

    def gain(self, sign: str) -> float:
        return self.now[sign] - self.first[sign]


def telling_day(course: Course) -> float:
    """Day to begin with: the first dose that was not given, or the lowest pressure."""
    missed = not_given(course)
    if missed:
        return float(missed[0]["day"])
    signs = course.signs
    pressure = signs["MAP"]
    return float(signs["time"][np.nanargmin(pressure)]) if np.isfinite(pressure).any() else 0.0


def moment(course: Course, day: float) -> dict[str, Any]:
    """What is happening at a time, as a heading and sentences.

    Parameters
    ----------
    course : Course
        Treated at least as far as that day; otherwise its last instant counts.
    day : float
        Days from the first dose.
    """
    signs = course.signs
    index = int(np.clip(np.searchsorted(signs["time"], day + 1e-4) - 1, 0, None))
    at = float(signs["time"][index])
    now = {name: float(values[index]) for name, values in signs.items()}
    head = day_and_hour(at)
    if not np.isfinite(now["MAP"]):
        return {"day": at, "heading": head, "sentences": [_death(course)]}
    seen = _Moment(
        now,
        {name: float(values[0]) for name, values in signs.items()},
        {name: float(values[max(index - 1, 0)]) for name, values in signs.items()},
    )
    parts = [_drug(seen), _cells(seen), _leak(seen), _pressure(seen), _kidney(seen)]
    parts += [_feeling(seen), _tumour(seen)]
    sentences = [part for part in parts if part]
    due = _dose_then(course, at)
    return {"day": at, "heading": head, "sentences": ([due] if due else []) + sentences}


def _dose_then(course: Course, day: float) -> str:
    for row in course.doses:
        if abs(row["time"] - day) < 1 / (2 * HOURS_PER_DAY):
            if row["action"] == "give":
                return f"Dose {row['slot']} of cycle {row['cycle']} is given now."
            why = reason_in_words(row["reasons"])
            what = "held" if row["action"] == "hold" else ACTIONS[row["action"]]
            return f"Dose {row['slot']} of cycle {row['cycle']} {what}: {why}."
    return ""


def _drug(seen: _Moment) -> str:
    level = seen.now["il2_plasma"]
    signal = max(seen.now["signal_Treg"], seen.now["signal_NK"], seen.now["signal_CD8"])
    if level < 1 and signal < 0.1:
        return "The drug has left the blood."
    trend = "rising" if level > seen.earlier["il2_plasma"] else "falling"
    return (
        f"IL-2 in plasma is {_level(level)} pM and {trend}. "
        f"Receptors signal at {number(100 * seen.now['signal_Treg'])} % of the most in regulatory "
        f"T cells, {number(100 * seen.now['signal_NK'])} % in NK cells, "
        f"{number(100 * seen.now['signal_CD8'])} % in CD8 cells."
    )


def _level(pM: float) -> str:
    if pM < LEAST_LEVEL:
        return f"below {LEAST_LEVEL:g}"
    return number(pM, 0 if pM >= 10 else 1)


def _cells(seen: _Moment) -> str:
    share = seen.ratio("lymphocytes")
    if share < 0.6:
        return (
            f"Lymphocytes in blood are at {number(100 * share)} % of the start: activated cells "
            "leave the blood for the tissues."
        )
    if share > 1.4:
        return (
            f"Lymphocytes in blood are at {number(share, 1)} times the start: after the drug they "
            "return, more than before."
        )
    return ""


def _leak(seen: _Moment) -> str:
    leak, gain = seen.now["permeability"], seen.gain("weight")
    if leak < 0.1 and gain < 1:
        return ""
    text = f"Capillaries leak ({number(100 * leak)} % of the most): " if leak >= 0.1 else ""
    verb = "albumin and water pass" if leak >= 0.1 else "Water stays"
    return (
        f"{text}{verb} into the tissues; albumin {number(seen.now['albumin'], 1)} g/dL, weight "
        f"{number(gain, 1) if gain < 0 else '+' + number(gain, 1)} kg."
    )


def _pressure(seen: _Moment) -> str:
    pressure, pressor = seen.now["MAP"], seen.now["pressor_dose"]
    if pressor > PRESSOR_RUNS:
        return (
            f"Mean pressure {number(pressure)} mmHg is held up by a vasopressor at "
            f"{number(pressor, 2)} µg/kg/min; heart rate {number(seen.now['heart_rate'])}/min."
        )
    if seen.gain("MAP") < -10:
        return (
            f"Vessels are wide: mean pressure has fallen by {number(-seen.gain('MAP'))} to "
            f"{number(pressure)} mmHg, the heart answers with {number(seen.now['heart_rate'])}/min."
        )
    return ""


def _kidney(seen: _Moment) -> str:
    ratio, urine = seen.ratio("creatinine"), seen.now["urine_output"]
    if ratio < 1.3 and urine >= LITTLE_URINE:
        return ""
    return (
        f"The kidney filters less: creatinine {number(seen.now['creatinine'], 1)} mg/dL "
        f"({number(ratio, 1)} times the start), urine {number(urine)} mL/h."
    )


def _feeling(seen: _Moment) -> str:
    found = []
    if seen.now["temperature"] >= FEVER:
        found.append(f"fever of {number(seen.now['temperature'], 1)} °C")
    names = {"confusion": "confusion", "fatigue": "fatigue", "nausea": "nausea", "chills": "chills",
             "rash": "a rash", "dyspnoea": "breathlessness"}  # fmt: skip
    for sign, name in names.items():
        if seen.now[sign] >= 1:
            found.append(f"{'severe' if seen.now[sign] >= 2 else 'moderate'} {name}".replace(
                "moderate a ", "a moderate ").replace("severe a ", "a severe "))  # fmt: skip
    return f"The patient has {_listed(found)}." if found else ""


def _tumour(seen: _Moment) -> str:
    if not seen.first["SLD"] or seen.first["SLD"] < 2:
        return ""
    change = 100 * (seen.ratio("SLD") - 1)
    way = "smaller" if change < 0 else "larger"
    if abs(change) < 1:
        return "The tumour measures as at the start."
    return f"The tumour is {number(abs(change))} % {way} than at the start."


def _death(course: Course) -> str:
    cause = {"disease": "of the tumour", "treatment": "of the treatment"}.get(
        course.cause_of_death, ""
    )
    day = next((day for day, kind in course.events if kind == "death"), None)
    if day is None:
        return "The simulation has no value here."
    return f"This virtual patient died {cause} on day {number(day)}."


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + f" and {parts[-1]}"


def outcomes(course: Course) -> list[tuple[str, str]]:
    """What came of it so far, as rows of a table that two settings share."""
    signs, doses = course.signs, course.doses
    given = sum(row["action"] == "give" for row in doses)

    def lowest(name: str) -> float:
        return float(np.nanmin(signs[name]))

    def highest(name: str) -> float:
        return float(np.nanmax(signs[name]))

    def fold(name: str) -> str:
        first = float(signs[name][0])
        return f"{number(highest(name) / first, 1)} ×" if first > 0 else "–"

    events = sorted({words(kind) for _, kind in course.events})
    rows = [
        ("Doses given", f"{given} of {len(course.protocol.slots)}"),
        ("First dose", _first_dose(course)),
        ("Highest IL-2 level", f"{_level(highest('il2_plasma'))} pM"),
        ("Treg, most", fold("Treg")),
        ("NK, most", fold("NK")),
        ("CD8 effector, most", fold("CD8_effector")),
        ("Lowest mean pressure", f"{number(lowest('MAP'))} mmHg"),
        ("Hours on a vasopressor", _pressor_hours(signs)),
        ("Largest weight gain", f"{number(highest('weight') - signs['weight'][0], 1)} kg"),
        ("Lowest albumin", f"{number(lowest('albumin'), 1)} g/dL"),
        ("Highest creatinine", f"{number(highest('creatinine'), 1)} mg/dL"),
        ("Highest temperature", f"{number(highest('temperature'), 1)} °C"),
        ("Smallest tumour", _smallest(signs["SLD"])),
        ("Events", ", ".join(events) or "none"),
    ]
    return rows


def _first_dose(course: Course) -> str:
    """Amount of the first dose, in mg as well where it is in IU."""
    row = course.doses[0]
    if "given_mg" in row:
        return dose_given(row)
    return (
        f"{dose_given(row)}, {number(mg_from_iu(row['given_IU'], course.protocol.molecule), 2)} mg"
    )


def _pressor_hours(signs: dict[str, np.ndarray]) -> str:
    spans = np.diff(signs["time"]) * HOURS_PER_DAY
    return number(float(spans[signs["pressor_dose"][:-1] > PRESSOR_RUNS].sum()))


def _smallest(sizes: np.ndarray) -> str:
    first = float(sizes[0])
    if first < 2:
        return "no tumour"
    change = 100 * (float(np.nanmin(sizes)) / first - 1)
    return f"{number(change)} %" if change <= -0.5 else "not smaller"
