"""Rosenbrock methods: coefficients in the form that needs no product with the Jacobian.

With W = I/(gamma h) - J, stage i solves
W U_i = f(y + sum_j a_ij U_j) + sum_j (c_ij / h) U_j, and y + sum_j m_j U_j is the new state.
Both methods are stiffly accurate: the last stage's U is the error estimate itself.
E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, 2nd ed., Springer 1996, IV.7.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tableau:
    """Coefficients of one method.

    Attributes
    ----------
    name : str
        Name of the method.
    order : int
        Order of the result; the error estimate is of one order less.
    gamma : float
        Diagonal coefficient.
    a, c : tuple of tuple of float
        Strictly lower triangular coefficients, row by row.
    """

    name: str
    order: int
    gamma: float
    a: tuple[tuple[float, ...], ...]
    c: tuple[tuple[float, ...], ...]

    @property
    def stages(self) -> int:
        """Number of stages."""
        return len(self.a)

    @property
    def m(self) -> tuple[float, ...]:
        """Weights of the result: the last stage's argument plus the last stage itself."""
        return (*self.a[-1], 1.0)


_LAST = (1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950)

RODAS4 = Tableau(
    name="rodas4",
    order=4,
    gamma=0.25,
    a=(
        (),
        (1.544,),
        (0.9466785280815826, 0.2557011698983284),
        (3.314825187068521, 2.896124015972201, 0.9986419139977817),
        _LAST,
        (*_LAST, 1.0),
    ),
    c=(
        (),
        (-5.6688,),
        (-2.430093356833875, -0.2063599157091915),
        (-0.1073529058151375, -9.594562251023355, -20.47028614809616),
        (7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160),
        (
            8.083246795921522,
            -7.981132988064893,
            -31.52159432874371,
            16.31930543123136,
            -6.058818238834054,
        ),
    ),
)
"""Order 4(3), L-stable. Hairer and Wanner 1996, code RODAS."""

_LAST = (
    -7.502846399306121,
    2.561846144803919,
    -11.627539656261098,
    -0.18268767659942256,
    0.030198172008377946,
)

RODAS5P = Tableau(
    name="rodas5p",
    order=5,
    gamma=0.21193756319429014,
    a=(
        (),
        (3.0,),
        (2.849394379747939, 0.45842242204463923),
        (-6.954028509809101, 2.489845061869568, -10.358996098473584),
        (2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641),
        _LAST,
        (*_LAST, 1.0),
        (*_LAST, 1.0, 1.0),
    ),
    c=(
        (),
        (-14.155112264123755,),
        (-17.97296035885952, -2.859693295451294),
        (147.12150275711716, -1.41221402718213, 71.68940251302358),
        (165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306),
        (
            24.854864614690072,
            -3.0009227002832186,
            47.4931110020768,
            5.5814197821558125,
            -0.6610691825249471,
        ),
        (
            30.91273214028599,
            -3.1208243349937974,
            77.79954646070892,
            34.28646028294783,
            -19.097331116725623,
            -28.087943162872662,
        ),
        (
            37.80277123390563,
            -3.2571969029072276,
            112.26918849496327,
            66.9347231244047,
            -40.06618937091002,
            -54.66780262877968,
            -9.48861652309627,
        ),
    ),
)
"""Order 5(4), stiffly stable. G. Steinebach, BIT Numer. Math. 63:27 (2023),
doi:10.1007/s10543-023-00967-x."""

METHODS = {method.name: method for method in (RODAS4, RODAS5P)}

_SWITCH = 2e-5


def method_for(rtol: float) -> Tableau:
    """The cheaper method at a relative tolerance."""
    return RODAS4 if rtol > _SWITCH else RODAS5P
