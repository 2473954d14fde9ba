"""Populations that are like another one but for what is given."""

import numpy as np
import pytest

from aldesim import model
from aldesim.errors import InputError
from aldesim.population import draw, load_population

TEXT = """name: mine
title: mine
based_on: melanoma
covariates:
  age: {distribution: normal, mean: 70, sd: 5, limits: [18, 90], source: none}
parameters:
  - {id: seeding_rate, value: 3, source: none}
"""


def written(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    return path


def test_what_is_not_given_is_as_in_the_other(tmp_path):
    mine, base = load_population(written(tmp_path, TEXT)), load_population("melanoma")
    assert mine.covariates["age"].mean == 70
    assert {**mine.covariates, "age": 0} == {**base.covariates, "age": 0}
    assert mine.correlations == base.correlations
    changed = {row.id: row.value for row in mine.parameters}
    assert changed == {row.id: row.value for row in base.parameters} | {"seeding_rate": 3}
    assert mine.tumour


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("based_on: melanoma", "based_on: lymphoma", "based_on = 'lymphoma': must be another of"),
        ("mean: 70", "mean: 700", "must include the median"),
        ("id: seeding_rate", "name: seeding_rate", "parameters[0].id"),
        ("tion: normal", "tion: uniform", "distribution must be"),
    ],
)
def test_malformed(tmp_path, old, new, said):
    with pytest.raises(InputError) as caught:
        load_population(written(tmp_path, TEXT.replace(old, new)))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_those_with_hiv_rest_at_their_set_point_and_the_autoimmune_can_flare():
    table, ids = model.parameter_table(), np.arange(200)
    infected = draw(load_population("hiv"), table, 1, ids)
    assert 100 < np.median(infected.parameters["viral_load_0"]) < 2000
    total = infected.parameters["CD4_0"] + infected.parameters["Treg_0"]
    assert total.mean() == pytest.approx(428, rel=0.1)
    ill = draw(load_population("autoimmune"), table, 1, ids)
    assert (ill.parameters["autoimmune_predisposition"] == 1).all()
    assert not load_population("autoimmune").tumour
