"""Body surface area, for doses per square metre."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def body_surface_area(weight: ArrayLike, height: ArrayLike) -> NDArray[np.float64]:
    """Body surface area [m2] from weight [kg] and height [cm].

    References
    ----------
    Du Bois, Du Bois. Arch Intern Med 1916;17:863-871.
    """
    kilograms, centimetres = np.asarray(weight, float), np.asarray(height, float)
    return 0.007184 * kilograms**0.425 * centimetres**0.725
