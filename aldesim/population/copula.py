"""Correlated normal scores (a Gaussian copula) from independent ones.

Reference
---------
Song. Multivariate dispersion models generated from Gaussian copula. Scand J Stat 2000;27:305-320.
doi:10.1111/1467-9469.00191
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from aldesim.errors import InputError

Pairs = Mapping[tuple[str, str], float]


def correlated_names(pairs: Pairs) -> list[str]:
    """Names that occur in the pairs, in order of first appearance."""
    return list(dict.fromkeys(name for pair in pairs for name in pair))


def mixing_matrix(
    pairs: Pairs, where: str, names: Sequence[str] | None = None
) -> NDArray[np.float64]:
    """Lower Cholesky factor of the correlation matrix of some names.

    Parameters
    ----------
    pairs : mapping
        Correlation of each named pair; pairs not named are 0.
    where : str
        File or population that gives them, named in the error.
    names : sequence of str, optional
        Order of the names; default that of `correlated_names(pairs)`.

    Returns
    -------
    array, shape (names, names)

    Raises
    ------
    InputError
        If no set of numbers can have these correlations: names the pairs that contradict each
        other.
    """
    names = correlated_names(pairs) if names is None else list(names)
    matrix = np.eye(len(names))
    for (a, b), value in pairs.items():
        i, j = names.index(a), names.index(b)
        matrix[i, j] = matrix[j, i] = value
    if not names:
        return matrix
    values, vectors = np.linalg.eigh(matrix)
    if values[0] < 1e-8:
        weakest = vectors[:, 0]
        # How far each pair pulls the smallest eigenvalue below 1.
        pull = {
            (a, b): -2 * weakest[names.index(a)] * weakest[names.index(b)] * value
            for (a, b), value in pairs.items()
        }
        guilty = [pair for pair, share in pull.items() if share > 0.1 * max(pull.values())]
        raise InputError(
            where,
            "correlations",
            "; ".join(f"{a} with {b} {pairs[a, b]:g}" for a, b in guilty),
            "no patients can have these together (not positive definite); bring them closer to 0"
            " or add the pairs that are missing between these names",
        )
    return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
