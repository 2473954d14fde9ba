import copy

import numpy as np
import pytest
import yaml

from aldesim.errors import InputError
from aldesim.population import draw, load_population, population_names
from aldesim.population.copula import mixing_matrix

BASE = {
    "name": "mine",
    "title": "Mine",
    "covariates": {
        "age": {"distribution": "normal", "mean": 50, "sd": 10, "limits": [18, 75], "source": "s"},
        "sex": {"distribution": "choice", "chances": {"female": 0.5, "male": 0.5}, "source": "s"},
        "body_weight": {
            "by": "sex",
            "cases": {
                "female": {"distribution": "lognormal", "mean": 74, "sd": 16},
                "male": {"distribution": "lognormal", "median": 86, "cv": 0.2},
            },
            "source": "s",
        },
        "body_height": {"distribution": "normal", "mean": 170, "sd": 9, "source": "s"},
        "creatinine_0": {
            "distribution": "normal", "mean": 1, "sd": 0.2, "limits": [0.4, None], "source": "s",
        },
    },
    "correlations": [{"between": ["age", "body_weight"], "value": 0.1, "source": "s"}],
    "parameters": [{"id": "clearance", "spread": 0.4, "source": "s"}],
}  # fmt: skip


def written(tmp_path, *changes):
    data = copy.deepcopy(BASE)
    for path, value in changes:
        node = data
        for part in path[:-1]:
            node = node[part]
        if value is None:
            del node[path[-1]]
        else:
            node[path[-1]] = value
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(data))
    return file


def test_the_shelf():
    assert {"melanoma", "renal_cell"} <= set(population_names())
    for name in population_names():
        population = load_population(name)
        assert population.name == name
        assert population.model_dump(mode="json")["name"] == name


def test_own_file(tmp_path):
    population = load_population(written(tmp_path))
    people = draw(changed_away(population), {}, 3, np.arange(2000))
    assert people.covariates["creatinine_0"].min() >= 0.4


def changed_away(population):
    return population.model_copy(update={"parameters": ()})


AGE = ("covariates", "age")
WEIGHT = ("covariates", "body_weight")
TRIPLE = [
    {"between": ["age", "body_weight"], "value": 0.9, "source": "s"},
    {"between": ["age", "body_height"], "value": 0.9, "source": "s"},
    {"between": ["body_weight", "body_height"], "value": -0.5, "source": "s"},
    {"between": ["age", "creatinine_0"], "value": 0.05, "source": "s"},
]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (((*AGE, "sd"), -1), r"covariates.age.sd = -1: must be greater than 0"),
        (((*AGE, "sd"), 0), r"covariates.age.sd = 0"),
        (((*AGE, "sd"), "ten"), r"covariates.age.sd = 'ten': must be a valid number"),
        (((*AGE, "mean"), float("nan")), r"covariates.age.mean = nan: must be a finite number"),
        (((*AGE, "spread"), 3), r"covariates.age.spread = 3: unknown field; .*limits"),
        (((*AGE, "limits"), [75, 18]), r"covariates.age.limits = .*first limit must be below"),
        (((*AGE, "limits"), [60, 75]), r"covariates.age.limits = \[60.0, 75.0\]: must include"),
        (((*AGE, "distribution"), "gamma"), r"covariates.age = .*must be normal, lognormal"),
        (((*AGE, "source"), None), r"covariates.age.source = 'missing'"),
        ((AGE, None), r"covariates.age = 'missing': every population needs"),
        (
            (
                ("covariates", "wieght"),
                {"distribution": "normal", "mean": 1, "sd": 1, "source": "s"},
            ),
            r"covariates = 'wieght': unknown covariate; known are age, sex",
        ),
        (
            (("covariates", "BSA"), {"distribution": "normal", "mean": 1, "sd": 1, "source": "s"}),
            r"covariates = 'BSA': is computed",
        ),
        (
            (("covariates", "sex", "chances"), {"female": 0.5, "male": 0.4}),
            r"covariates.sex.chances = .*add up to 0.9, must be 1",
        ),
        (
            (("covariates", "sex", "chances"), {"female": 0.5, "man": 0.5}),
            r"covariates.sex.chances = 'man': must be one of female, male",
        ),
        (
            (("covariates", "sex"), BASE["covariates"]["age"]),
            r"covariates.sex = 'a number': is a choice of female, male",
        ),
        (((*WEIGHT, "by"), "age"), r"covariates.body_weight.by = 'age'"),
        (((*WEIGHT, "cases", "male"), None), r"body_weight.cases = 'female': has no case for male"),
        (((*WEIGHT, "cases", "male", "mean"), 80), r"body_weight.cases.male = .*median and cv, or"),
        (
            (("correlations", 0, "value"), 1.5),
            r"correlations\[0\].value = 1.5: must be less than 1",
        ),
        (
            (("correlations", 0, "between"), ["age", "age"]),
            r"'age with age': must be two different",
        ),
        ((("correlations", 0, "between"), ["age", "BSA"]), r"correlations = 'BSA': is computed"),
        ((("correlations",), 2 * BASE["correlations"]), r"'age with body_weight': is given twice"),
        ((("correlations",), TRIPLE), r"'age with body_weight 0.9; age with body_height 0.9; "),
        ((("parameters",), 2 * BASE["parameters"]), r"parameters\[clearance\].id"),
        ((("parameters", 0, "spread"), -0.1), r"parameters\[clearance\].spread = -0.1"),
        ((("title",), None), r"title = 'missing'"),
    ],
)
def test_every_mistake_is_one_line_with_file_and_field(tmp_path, change, message):
    with pytest.raises(InputError, match=message) as caught:
        load_population(written(tmp_path, change))
    text = str(caught.value)
    assert "mine.yaml" in text
    assert "\n" not in text


def test_unknown_name():
    with pytest.raises(InputError, match="melanoma, melanoma_candidates, renal_cell"):
        load_population("melanom")
    with pytest.raises(InputError, match=r"nowhere.yaml"):
        load_population("nowhere.yaml")


def test_only_the_guilty_pairs_are_named():
    pairs = {tuple(row["between"]): row["value"] for row in TRIPLE}
    with pytest.raises(InputError) as caught:
        mixing_matrix(pairs, "here")
    assert "creatinine_0" not in str(caught.value)
    assert "body_weight with body_height -0.5" in str(caught.value)


def test_mixing_matrix_gives_the_correlations_back():
    pairs = {("a", "b"): 0.5, ("c", "a"): -0.3}
    factor = mixing_matrix(pairs, "here")
    assert np.allclose(factor @ factor.T, [[1, 0.5, -0.3], [0.5, 1, 0], [-0.3, 0, 1]])
    assert mixing_matrix({}, "here").shape == (0, 0)
