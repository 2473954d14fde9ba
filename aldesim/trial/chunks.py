"""Chunks of patients as tasks of an executor: threads here, processes or a cluster elsewhere.

A chunk's numbers depend on the inputs and on its patients alone, so it does not matter who
computes it. Threads share the protocol and tell how far they are. A task for elsewhere is plain
data: the inputs as a manifest keeps them, the patients, and the folder, which all workers must
see; it writes its own part.
"""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np

from aldesim.errors import InputError
from aldesim.trial.protocol import Protocol, restore
from aldesim.trial.run_folder import RunFolder

Bounds = tuple[int, int]
Tell = Callable[[float, int], None]
_LOOK_EVERY_S = 0.1


def compute(
    protocol: Protocol,
    folder: RunFolder,
    chunk: int,
    workers: int,
    executor: Executor | None,
    progress: Tell,
) -> None:
    """Compute every missing chunk; on an interruption stop the others and leave whole parts.

    Parameters
    ----------
    protocol : Protocol
        What to do.
    folder : RunFolder
        Where parts are written.
    chunk : int
        Patients per chunk.
    workers : int
        Threads, if no executor is given.
    executor : Executor, optional
        Takes the chunks instead of threads of this process.
    progress : callable
        Called with patients done, and their total.

    Raises
    ------
    InputError
        If workers elsewhere have another version, or do not see the folder.
    """
    total = protocol.places
    todo = folder.missing(total, chunk, protocol.scenario.patients)
    already = total - sum(last - first + 1 for first, last in todo)
    shares = dict.fromkeys(todo, 0.0)

    def tell() -> None:
        treated = sum(s * (last - first + 1) for (first, last), s in shares.items())
        progress(already + treated, total)

    if executor is not None:
        with _wanted({_elsewhere(executor, protocol, folder, b): b for b in todo}) as pending:
            _finish(pending, shares, tell)
        if todo and folder.missing(total, total, total):
            allowed = "is not seen by all workers: give a folder on a disk that they share"
            raise InputError("run", "out", str(folder.path), allowed)
    else:
        stop = threading.Event()
        with ThreadPoolExecutor(workers) as threads:
            tasks = {threads.submit(_here, protocol, folder, b, shares, stop): b for b in todo}
            with _wanted(tasks, stop) as pending:
                _finish(pending, shares, tell)
    progress(total, total)


def _finish(
    pending: dict[Future[None], Bounds], shares: dict[Bounds, float], tell: Callable[[], None]
) -> None:
    """Wait for all tasks, telling the progress; the first failure is raised."""
    while pending:
        done, _ = wait(pending, timeout=_LOOK_EVERY_S, return_when=FIRST_COMPLETED)
        for future in done:
            future.result()
            shares[pending.pop(future)] = 1.0
        tell()


@contextmanager
def _wanted(
    tasks: dict[Future[None], Bounds], stop: threading.Event | None = None
) -> Iterator[dict[Future[None], Bounds]]:
    """Tasks that are called off if something goes wrong."""
    try:
        yield tasks
    finally:
        if stop is not None:
            stop.set()
        for future in tasks:
            future.cancel()


def _here(
    protocol: Protocol,
    folder: RunFolder,
    bounds: Bounds,
    shares: dict[Bounds, float],
    stop: threading.Event,
) -> None:
    """One chunk in a thread of this process."""
    _treat(
        protocol,
        folder,
        bounds,
        protocol.patients(*bounds),
        lambda share: shares.__setitem__(bounds, share),
        stop.is_set,
    )


def _elsewhere(
    executor: Executor, protocol: Protocol, folder: RunFolder, bounds: Bounds
) -> Future[None]:
    """One chunk as a task that can be sent anywhere."""
    path = str(folder.path.resolve())
    ids = protocol.patients(*bounds)
    inputs = json.dumps(protocol.inputs)
    return executor.submit(treat_chunk, inputs, protocol.identity, ids, bounds, path)


def treat_chunk(
    inputs: str, identity: str, patients: np.ndarray, bounds: Bounds, path: str
) -> None:
    """Treat one chunk of patients and write its part: the task that workers elsewhere get.

    Parameters
    ----------
    inputs : str
        Inputs of the protocol as JSON.
    identity : str
        Hash of all inputs, the model and the program.
    patients : ndarray of int, shape (n,)
        Patient indices.
    bounds : (int, int)
        First and last place in the trial, inclusive.
    path : str
        Run folder.

    Raises
    ------
    InputError
        If the worker's program or model is another one, or the folder is not there.
    """
    protocol = _restored(inputs)
    if protocol.identity != identity:
        allowed = f"differs from {identity[:8]}: workers need the same version of aldesim"
        raise InputError("worker", "inputs", protocol.identity[:8], allowed)
    folder = RunFolder(Path(path))
    if not folder.parts.exists():
        allowed = "is not seen by this worker: give a folder on a disk that all share"
        raise InputError("worker", "out", path, allowed)
    _treat(protocol, folder, bounds, patients, lambda share: None, lambda: False)


@lru_cache(maxsize=4)
def _restored(inputs: str) -> Protocol:
    """Protocol of some inputs, kept between the tasks of one worker."""
    return restore(json.loads(inputs))


def _treat(
    protocol: Protocol,
    folder: RunFolder,
    bounds: Bounds,
    patients: np.ndarray,
    progress: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> None:
    from aldesim.trial.outcome import tables
    from aldesim.trial.treat import treat
    from aldesim.trial.versions import placed

    version = bounds[0] // protocol.scenario.patients
    one = protocol.alone[version]
    treated = treat(one, patients, progress=progress, cancelled=cancelled)
    made = tables(treated, one)
    if protocol.versions:
        made = placed(made, patients, bounds[0], version)
    folder.write_part(*bounds, made)
