"""Runs under way: each a process of its own, so that none can stop or slow down a page.

A run that is paused, or whose page is closed, leaves its finished chunks in its folder; the same
scenario goes on from there and ends with the same bits.
"""

import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from aldesim.errors import InputError
from aldesim.trial.scenario import Scenario

MOST_OF_SESSION = 2
MOST_IN_ALL = 4
MOST_AT_ONCE = 2
MOST_PATIENTS = 2000
SMALLEST_CHUNK, LARGEST_CHUNK, CHUNKS = 4, 64, 20
PATIENCE = 20  # seconds that a run gets to leave whole parts


@dataclass
class Job:
    """One run under way or waiting its turn.

    Parameters
    ----------
    name : str
        Of the run.
    owner : str
        Session that may see and stop it.
    scenario : Scenario
        What is run.
    process : Popen, optional
        None while it waits.
    """

    name: str
    owner: str
    scenario: Scenario
    process: subprocess.Popen[str] | None = None
    error: str = ""
    file: Path | None = None

    @property
    def state(self) -> str:
        """`waiting`, `running`, `failed` or `ended`."""
        if self.error:
            return "failed"
        if self.process is None:
            return "waiting"
        return "running" if self.process.poll() is None else "ended"


@dataclass
class Jobs:
    """All runs under way of this server.

    Parameters
    ----------
    root : Path
        Folder of runs.
    """

    root: Path
    _jobs: dict[str, Job] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def start(self, name: str, owner: str, scenario: Scenario) -> None:
        """Start a run or go on with it, as soon as there is room.

        Raises
        ------
        InputError
            If the session or the server has too many, or the run is under way already.
        """
        with self._lock:
            self._tidy()
            if name in self._jobs and self._jobs[name].state != "failed":
                raise InputError("run", "name", name, "is under way already")
            live = [job for job in self._jobs.values() if job.state != "failed"]
            if sum(job.owner == owner for job in live) >= MOST_OF_SESSION:
                allowed = f"runs under way; at most {MOST_OF_SESSION} from one page: pause one"
                raise InputError("run", "", MOST_OF_SESSION, allowed)
            if len(live) >= MOST_IN_ALL:
                allowed = f"runs under way on this server; at most {MOST_IN_ALL}: try again later"
                raise InputError("run", "", len(live), allowed)
            self._jobs[name] = Job(name, owner, scenario)
            self._fill()

    def stop(self, name: str, owner: str) -> Job:
        """Pause a run of this visitor; its finished chunks stay. What it was.

        Raises
        ------
        InputError
            If the session has no such run under way.
        """
        with self._lock:
            job = self._jobs.get(name)
            if job is None or job.owner != owner:
                raise InputError("run", "name", name, "is no run of this page that is under way")
            del self._jobs[name]
        _end(job)
        with self._lock:
            self._fill()
        return job

    def leave(self, owner: str) -> None:
        """Pause every run of a session that ends."""
        for job in self.of(owner):
            self.stop(job.name, owner)

    def close(self) -> None:
        """Pause everything: the server stops."""
        for job in list(self._jobs.values()):
            self.stop(job.name, job.owner)

    def of(self, owner: str) -> list[Job]:
        """Runs of a session, those that have ended put away."""
        with self._lock:
            self._tidy()
            self._fill()
            return [job for job in self._jobs.values() if job.owner == owner]

    def busy(self, name: str) -> bool:
        """Whether anyone's run of that name is under way."""
        with self._lock:
            self._tidy()
            return name in self._jobs

    def _fill(self) -> None:
        running = sum(job.state == "running" for job in self._jobs.values())
        for job in self._jobs.values():
            if running >= MOST_AT_ONCE:
                return
            if job.state == "waiting":
                self._begin(job)
                running += 1

    def _begin(self, job: Job) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        job.file = self.root / f".{job.name}.yaml"
        content = job.scenario.model_dump(mode="json", exclude_none=True)
        job.file.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), "utf-8")
        chunk = min(max(job.scenario.patients // CHUNKS, SMALLEST_CHUNK), LARGEST_CHUNK)
        command = [sys.executable, "-m", "aldesim.cli", "run", str(job.file)]
        command += ["--out", str(self.root / job.name), "--chunk", str(chunk), "--workers", "1"]
        job.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def _tidy(self) -> None:
        for name, job in list(self._jobs.items()):
            if job.state != "ended" or job.process is None:
                continue
            said = job.process.stderr.read() if job.process.stderr else ""
            _end(job)
            if job.process.returncode:
                lines = said.strip().splitlines()
                job.error = (lines[-1] if lines else "the run ended early")[:300]
            else:
                del self._jobs[name]


def _end(job: Job) -> None:
    """Stop the process of a job, if it has one that runs, and what was kept for it."""
    if job.process is not None:
        if job.process.poll() is None:
            job.process.send_signal(signal.SIGINT)
            try:
                job.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                job.process.kill()
                job.process.wait()
        if job.process.stderr:
            job.process.stderr.close()
    if job.file is not None:
        job.file.unlink(missing_ok=True)
