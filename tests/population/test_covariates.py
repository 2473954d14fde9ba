import numpy as np
import pytest

from aldesim.population.covariates import glomerular_filtration_rate
from aldesim.regimen import body_surface_area


@pytest.mark.parametrize(
    ("creatinine", "age", "male", "printed"),
    [
        # Worked by hand from the equation as the US National Kidney Foundation prints it.
        (1.0, 50, True, 92),
        (1.0, 50, False, 69),
        (0.6, 30, False, 124),
        (2.0, 70, True, 35),
    ],
)
def test_ckd_epi_2021(creatinine, age, male, printed):
    assert round(float(glomerular_filtration_rate(creatinine, age, male, 1.73))) == printed


def test_filtration_scales_with_the_body_and_falls_with_age():
    ages = np.arange(18, 90)
    rate = glomerular_filtration_rate(0.9, ages, False, 1.73)
    assert np.allclose(rate[1:] / rate[:-1], 0.9938)
    assert np.allclose(glomerular_filtration_rate(0.9, ages, False, 2 * 1.73), 2 * rate)
    creatinine = np.linspace(0.4, 4, 200)
    assert (np.diff(glomerular_filtration_rate(creatinine, 50, True, 1.73)) < 0).all()


def test_du_bois():
    # 70 kg and 170 cm: 1.81 m2.
    assert float(body_surface_area(70, 170)) == pytest.approx(1.81, abs=0.005)
