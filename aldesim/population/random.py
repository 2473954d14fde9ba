"""Random numbers that belong to a patient, not to a run.

Every number is a pure function of (seed, purpose, patient, draw): a counter goes into Philox4x32-10
and a number comes out. A patient therefore has the same numbers whatever the subset, order, chunk
or process that asks for them, and a new purpose never disturbs the numbers of another.

References
----------
Salmon, Moraes, Dror, Shaw. Parallel random numbers: as easy as 1, 2, 3. SC11, 2011.
doi:10.1145/2063384.2063405
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aldesim.errors import InputError

_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = 0x9E3779B9
_WEYL_1 = 0xBB67AE85
_WORD = 0xFFFFFFFF
_LOW = np.uint64(_WORD)
_HALF = np.uint64(32)
_ROUNDS = 10


def philox4x32(counter: NDArray[np.uint32], key: tuple[int, int]) -> NDArray[np.uint32]:
    """Blocks of Philox4x32-10, one for each counter.

    Parameters
    ----------
    counter : array of uint32, shape (4, ...)
        Counter words, lowest first.
    key : tuple of two int
        Key words, each of 32 bits.

    Returns
    -------
    array of uint32, shape (4, ...)
        Four random words for each counter.

    References
    ----------
    Salmon et al., SC11, 2011, doi:10.1145/2063384.2063405.
    """
    c0, c1, c2, c3 = (np.asarray(word, dtype=np.uint64) for word in counter)
    k0, k1 = key
    for _ in range(_ROUNDS):
        product_0 = c0 * _MULTIPLIER_0
        product_1 = c2 * _MULTIPLIER_1
        c0 = (product_1 >> _HALF) ^ c1 ^ np.uint64(k0)
        c2 = (product_0 >> _HALF) ^ c3 ^ np.uint64(k1)
        c1 = product_1 & _LOW
        c3 = product_0 & _LOW
        k0 = (k0 + _WEYL_0) & _WORD
        k1 = (k1 + _WEYL_1) & _WORD
    return np.stack((c0, c1, c2, c3)).astype(np.uint32)


def stream_key(seed: int, purpose: str) -> tuple[int, int]:
    """Key words of the stream that a seed and a purpose name.

    Parameters
    ----------
    seed : int
        Seed of the run, 0 or more, of any size.
    purpose : str
        What the numbers are for, for example ``"population/age"``.

    Returns
    -------
    tuple of two int
        Words of 32 bits, the same on every machine and Python version.

    Raises
    ------
    InputError
        If the seed is not a whole number of 0 or more.
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise InputError("random numbers", "seed", seed, "must be a whole number, 0 or more")
    digest = hashlib.blake2b(f"{int(seed)}\x00{purpose}".encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")


def uniform(seed: int, purpose: str, patients: ArrayLike, draws: int) -> NDArray[np.float64]:
    """Uniform numbers strictly between 0 and 1, each an odd multiple of 2**-53.

    Parameters
    ----------
    seed : int
        Seed of the run, 0 or more.
    purpose : str
        What the numbers are for.
    patients : array of int, shape (n,)
        Patient indices, 0 or more, in any order.
    draws : int
        Numbers wanted for each patient. The first k of many are the same as k asked for alone.

    Returns
    -------
    array of float64, shape (n, draws)

    Raises
    ------
    InputError
        If a seed, a patient index or the number of draws is not usable.

    Examples
    --------
    >>> whole = uniform(1, "demo", [0, 1, 2], 4)
    >>> bool((uniform(1, "demo", [2, 0], 2) == whole[[2, 0], :2]).all())
    True
    """
    index = np.atleast_1d(np.asarray(patients))
    if index.size == 0:
        index = index.astype(np.int64)
    if index.ndim != 1 or index.dtype.kind not in "iu" or (index < 0).any():
        raise InputError(
            "random numbers", "patients", patients, "must be a row of whole numbers, 0 or more"
        )
    if draws < 0:
        raise InputError("random numbers", "draws", draws, "must be 0 or more")
    blocks = (draws + 1) // 2
    index = index.astype(np.uint64)
    counter = np.zeros((4, index.size, blocks), dtype=np.uint32)
    counter[0] = np.arange(blocks, dtype=np.uint32)
    counter[2] = (index & _LOW).astype(np.uint32)[:, np.newaxis]
    counter[3] = (index >> _HALF).astype(np.uint32)[:, np.newaxis]
    words = philox4x32(counter, stream_key(seed, purpose)).astype(np.uint64)
    pairs = np.stack(((words[0] << _HALF) | words[1], (words[2] << _HALF) | words[3]), axis=-1)
    # 52 bits and a half: the mid-point of each cell needs 53 bits, so neither 0 nor 1 can appear.
    cells = (pairs >> np.uint64(12)).astype(np.float64)
    return ((cells + 0.5) * 2.0**-52).reshape(index.size, 2 * blocks)[:, :draws]


def normal(seed: int, purpose: str, patients: ArrayLike, draws: int) -> NDArray[np.float64]:
    """Standard normal numbers by inversion of `uniform`.

    Parameters
    ----------
    seed, purpose, patients, draws
        As for `uniform`.

    Returns
    -------
    array of float64, shape (n, draws)
    """
    from scipy.special import ndtri

    return ndtri(uniform(seed, purpose, patients, draws))
