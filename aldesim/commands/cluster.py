"""Workers elsewhere: a Dask cluster by its address."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from aldesim.errors import InputError

PATIENCE_S = 15
RETRIES = 2
"""How often a chunk whose worker was lost is given to another."""


@contextmanager
def cluster(address: str | None) -> Iterator[Executor | None]:
    """Executor of a Dask cluster; None without an address.

    Parameters
    ----------
    address : str, optional
        Of the scheduler, such as tcp://HOST:8786.

    Raises
    ------
    InputError
        If Dask is not installed, or nobody answers at the address.
    """
    if address is None:
        yield None
        return
    try:
        from distributed import Client
    except ImportError:
        allowed = "needs Dask: pip install 'aldesim[dask]'"
        raise InputError("run", "dask", address, allowed) from None
    try:
        client = Client(address, timeout=PATIENCE_S)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise InputError("run", "dask", address, f"no scheduler answers ({reason})") from None
    with client:
        yield client.get_executor(retries=RETRIES)
