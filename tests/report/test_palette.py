import itertools

import numpy as np
import pytest

from aldesim.report.palette import DARK, LIGHT, contrast, fade, rgb

# Full colour-vision deficiencies, Machado, Oliveira, Fernandes 2009, IEEE TVCG 15:1291.
VISION = {
    "typical": np.eye(3),
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TOGETHER = (
    ("treg", "cd8", "nk", "cd4", "lymphocytes"),
    ("cr", "pr", "sd", "pd"),
    ("il2", "held", "stopped"),
    ("pressure", "pressor"),
    ("survival", "progression"),
    *itertools.pairwise(f"grade_{g}" for g in range(1, 6)),
)
BACKGROUNDS = {"surface", "panel", "grid"}
# Pale ends of an ordered scale: they carry labels and lie beside darker steps.
PALE = {"grade_1", "grade_2"}


def oklab(colour, vision):
    value = np.array(rgb(colour)) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(VISION[vision]) @ linear, 0, 1)
    cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    lab = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.array(lab) @ np.cbrt(np.array(cones) @ linear)


def test_contrast_follows_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_text_reaches_aa_and_marks_three_to_one(theme):
    for name, colour in theme.colours().items():
        if name in ("ink", "muted", "accent"):
            assert contrast(colour, theme.surface) >= 4.5, name
            assert contrast(colour, theme.panel) >= 4.5, name
        elif name not in BACKGROUNDS | PALE:
            assert contrast(colour, theme.surface) >= 3, name


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
@pytest.mark.parametrize("vision", VISION)
def test_colours_that_meet_in_a_picture_stay_apart(theme, vision):
    colours = theme.colours()
    for group in TOGETHER:
        for one, other in itertools.combinations(group, 2):
            apart = np.linalg.norm(oklab(colours[one], vision) - oklab(colours[other], vision))
            assert apart > 0.08, (vision, one, other)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda t: t.name)
def test_one_meaning_per_colour(theme):
    colours = theme.colours()
    assert len(set(colours.values())) == len(colours)
    assert theme.given == theme.il2


def test_fade_keeps_the_colour():
    assert fade("#102030", 0.5) == "rgba(16,32,48,0.5)"
