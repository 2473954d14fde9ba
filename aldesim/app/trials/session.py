"""The trial page of one browser session."""

import base64
import re
import secrets
import tempfile
from pathlib import Path
from typing import Any

from aldesim.app.asked import chosen
from aldesim.app.themes import theme_named
from aldesim.app.trials.jobs import MOST_PATIENTS, Jobs
from aldesim.app.trials.pictures import beside, labels, paired, pictures
from aldesim.app.trials.runs import Runs
from aldesim.care import rule_set_names, support_names
from aldesim.drug import molecules
from aldesim.errors import InputError
from aldesim.population import population_names
from aldesim.regimen import regimen_names
from aldesim.report.comparison import render_comparison
from aldesim.trial import TrialResult
from aldesim.trial.scenario import Scenario, load_scenario, scenario_names
from aldesim.yamlfile import read_yaml

LARGEST_SCENARIO = 64_000  # characters
NAMING = ("population", "molecule", "regimen", "rules", "support", "measurement", "screening")
ON_SHELF = re.compile(r"[A-Za-z0-9_-]+")
VARIED = {
    "rules": ("Hold and stop rules", rule_set_names),
    "regimen": ("Regimen", regimen_names),
    "support": ("Standing orders", support_names),
    "molecule": ("Molecule", lambda: [k for k, m in molecules().items() if m.specific_activity]),
    "population": ("Population", population_names),
}
"""What a second arm may differ in: its name on the page, and its values."""


class Trials:
    """Answers of the trial page.

    Parameters
    ----------
    jobs : Jobs
        Runs under way on this server.
    owner : str
        This visitor.
    """

    def __init__(self, jobs: Jobs, owner: str):
        self._jobs, self._owner, self._runs = jobs, owner, Runs(jobs.root)
        self._not_begun: dict[str, Scenario] = {}  # paused before they had a folder

    def start(self, asked: Any) -> list[str]:
        """Start a trial of one or two arms; the names of its runs."""
        if not isinstance(asked, dict):
            raise InputError("trial", "", type(asked).__name__, "must be names with values")
        base = self._scenario(asked.get("scenario"), asked.get("own"))
        patients = _whole("patients", asked.get("patients"), 1, MOST_PATIENTS)
        seed = _whole("seed", asked.get("seed"), 0, 2**53)
        base = base.model_copy(update={"patients": patients, "seed": seed})
        arms = {"": base}
        if asked.get("vary"):
            field, value = str(asked["vary"]), str(asked.get("value"))
            if field not in VARIED or value not in VARIED[field][1]():
                raise InputError("trial", "second arm", f"{field} {value}"[:60], "is unknown")
            arms = {"a": base, "b": base.model_copy(update={field: value})}
        key, names = secrets.token_hex(2), []
        for arm, scenario in arms.items():
            name = "-".join(filter(None, (scenario.name[:80], key, arm)))
            self._jobs.start(name, self._owner, scenario)
            names.append(name)
        return names

    def state(self) -> list[dict[str, Any]]:
        """Every run that this visitor may see: its own under way, and all that lie finished."""
        own = {job.name: job for job in self._jobs.of(self._owner)}
        rows = [
            _row(name, job.scenario.model_dump(), 0, job.state, job.error)
            for name, job in own.items()
            if not (self._runs.root / name / "manifest.json").is_file()
        ]
        rows += [
            _row(name, scenario.model_dump(), 0, "paused", "")
            for name, scenario in self._not_begun.items()
        ]
        for name in self._runs.names():
            if name not in own and self._jobs.busy(name):
                continue
            folder = self._runs.find(name)
            manifest = folder.read_manifest() or {}
            state = "finished" if folder.is_complete() else "paused"
            job = own.get(name)
            if job:  # it has all its patients a while before its report is written
                state = job.state
            trial = TrialResult(folder.path, manifest)
            try:
                rows.append(
                    _row(name, manifest["scenario"], trial.done, state, job.error if job else "")
                )
            except (KeyError, TypeError, OSError):
                continue  # no run of this program, or one that is being put away
        return rows

    def pause(self, name: Any) -> None:
        """Stop a run of this visitor; what is done stays."""
        job = self._jobs.stop(self._runs.place(name).name, self._owner)
        if name not in self._runs.names():
            self._not_begun[name] = job.scenario

    def resume(self, name: Any) -> None:
        """Go on with a run that was paused."""
        if isinstance(name, str) and name in self._not_begun:
            self._jobs.start(name, self._owner, self._not_begun[name])
            del self._not_begun[name]
            return
        folder = self._runs.find(name)
        manifest = folder.read_manifest() or {}
        if folder.is_complete():
            raise InputError("run", "name", name, "is finished")
        scenario = Scenario.model_validate(manifest.get("scenario"), strict=False)
        _named_on_shelf(scenario)
        self._jobs.start(folder.path.name, self._owner, scenario)

    def cancel(self, name: Any) -> None:
        """Stop a run of this visitor and remove what it has done."""
        self._jobs.stop(self._runs.place(name).name, self._owner)
        if name in self._runs.names():
            self._runs.delete(name)

    def delete(self, name: Any) -> None:
        """Remove a run that nobody is computing."""
        if isinstance(name, str) and self._not_begun.pop(name, None):
            return
        if self._jobs.busy(self._runs.place(name).name):
            raise InputError("run", "name", name, "is under way: pause or cancel it first")
        self._runs.delete(name)

    def open(self, name: Any, theme: Any) -> dict[str, Any]:
        """Pictures of a run as far as it has come."""
        trial = self._trial(name)
        done = trial.done  # before the pictures: what comes meanwhile is drawn next time
        return {"done": done} | pictures(trial, theme_named(theme))

    def compare(self, one: Any, other: Any, theme: Any) -> dict[str, Any]:
        """Two runs beside each other."""
        if one == other:
            raise InputError("compare", "run", one, "is given twice; choose two")
        return beside({n: self._trial(n) for n in (one, other)}, theme_named(theme))

    def comparison(self, one: Any, other: Any, kind: Any) -> dict[str, str]:
        """The paired comparison of two runs as a page, or its differences as a table."""
        trials = {n: self._trial(n) for n in (one, other)}
        found = paired(dict(zip(labels(trials), trials.values(), strict=True)))
        if isinstance(found, str):
            raise InputError("compare", "run", other, found)
        chosen("kind", kind, ("html", "csv"))
        text = render_comparison(found) if kind == "html" else found.table.write_csv()
        return _file(f"{one}-and-{other}.{kind}", f"text/{kind}", text.encode())

    def patients(self, name: Any) -> dict[str, str]:
        """Table of the patients of a run, one row a patient, as CSV."""
        table = self._trial(name).patients.sort("id").collect()
        return _file(f"{name}-patients.csv", "text/csv", table.write_csv().encode())

    def report(self, name: Any) -> dict[str, str]:
        """The full report of a finished run as a file."""
        report = self._runs.find(name).report
        if not report.is_file():
            raise InputError("run", "name", name, "has no report yet")
        return _file(f"{name}.html", "text/html", report.read_bytes())

    def _trial(self, name: Any) -> TrialResult:
        folder = self._runs.find(name)
        own = {job.name for job in self._jobs.of(self._owner)}
        if name not in own and self._jobs.busy(name):
            raise InputError("run", "name", name, "there is no such run")
        trial = TrialResult(folder.path, folder.read_manifest() or {})
        if not trial.done:
            raise InputError("run", "name", name, "has no patient yet: wait for the first")
        return trial

    def _scenario(self, name: Any, own: Any) -> Scenario:
        if own:
            return _own_scenario(own)
        if not isinstance(name, str) or name not in scenario_names():
            allowed = f"must be one of {', '.join(scenario_names())}"
            raise InputError("trial", "scenario", str(name)[:60], allowed)
        return load_scenario(name)


def _file(name: str, media: str, content: bytes) -> dict[str, str]:
    return {"name": name, "type": media, "content": base64.b64encode(content).decode()}


def _own_scenario(text: Any) -> Scenario:
    """Scenario from text, checked like a file; it may name only what is on the shelf."""
    if not isinstance(text, str) or len(text) > LARGEST_SCENARIO:
        allowed = f"must be text of {LARGEST_SCENARIO:,} characters at most"
        raise InputError("scenario", "", type(text).__name__, allowed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scenario.yaml"
        path.write_text(text, "utf-8", errors="replace")
        scenario = read_yaml(path, Scenario, "your scenario")
    _named_on_shelf(scenario)
    return scenario


def _named_on_shelf(scenario: Scenario) -> None:
    """Refuse files of the server: a page names what is on the shelf, and a path has a dot."""
    further = scenario.continuation
    named = {field: getattr(scenario, field) for field in NAMING}
    named["continuation.regimen"] = further and further.regimen
    for field, value in named.items():
        if isinstance(value, str) and not ON_SHELF.fullmatch(value):
            raise InputError("scenario", field, value[:60], "must be a name on the shelf here")


def _whole(field: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        allowed = f"must be a whole number within {low:,} and {high:,}"
        raise InputError("trial", field, str(value)[:40], allowed)
    return value


def _row(name: str, scenario: dict[str, Any], done: int, state: str, error: str) -> dict[str, Any]:
    row = {"name": name, "done": done, "state": state, "error": error}
    row |= {field: scenario[field] for field in ("title", "patients", "seed")}
    parts = ("population", "molecule", "regimen", "rules", "support")
    return row | {field: _named(scenario[field]) for field in parts}


def _named(value: str | dict[str, Any]) -> str:
    """What is written out in a scenario by its own name; a path by that of its file."""
    if isinstance(value, dict):
        return value.get("id") or value.get("name") or "its own"
    return Path(value).stem if "/" in value else value
