"""Cells and chemotherapy before the first dose: conversion, order of events, replay."""

import numpy as np
import polars as pl
import pytest
from pydantic import TypeAdapter

from aldesim.errors import InputError
from aldesim.evidence.drive import drive
from aldesim.trial import load_scenario, run
from aldesim.trial.before import Given, changes, start_day
from aldesim.trial.body import begin
from aldesim.trial.protocol import prepare
from aldesim.trial.replay import replay
from aldesim.yamlfile import read_yaml

CHEMOTHERAPY = """
  - {give: cytotoxic, drug: test, amount: 10, unit: mg/kg, day: -7, minutes: 60, source: test}
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    """The scenario after cells, with a mild course of chemotherapy before them."""
    from aldesim.trial.scenario import CATALOGUE, Scenario

    text = (CATALOGUE / "after-til-melanoma.yaml").read_text()
    head, given = text.split("before:\n")
    cells = given[given.index("  - give: cells") : given.index("  - give: growth_factor")]
    path = tmp_path_factory.mktemp("scenario") / "mine.yaml"
    path.write_text(head + "before:" + CHEMOTHERAPY + cells)
    small = {"patients": 6, "follow_up_days": 60}
    return read_yaml(path, Scenario).model_copy(update=small)


@pytest.fixture(scope="module")
def result(scenario, tmp_path_factory):
    return run(scenario, out=tmp_path_factory.mktemp("run") / "til", workers=1)


def test_cells_arrive_in_the_pool(scenario):
    """21 billion cells, a tenth of them specific, in a pool of 250 L: 8.4 cells/uL."""
    protocol = prepare(scenario)
    virtual, _ = begin(protocol, np.arange(3))
    days = dict(changes(scenario.before, virtual, {}))
    assert list(days) == pytest.approx([-7, -7 + 60 / 1440, -0.5, -0.5 + 30 / 1440])
    assert days[-0.5]["til_rate"] * 30 / 1440 == pytest.approx(np.full(3, 8.4))
    assert days[-0.5]["bystander_rate"] * 30 / 1440 == pytest.approx(np.full(3, 75.6))
    weight = virtual.covariates["body_weight"]
    assert days[-7.0]["chemotherapy_rate"] / 24 == pytest.approx(10 * weight)
    assert not any(value.any() for value in changes(scenario.before, virtual, {})[-1][1].values())
    half = dict(changes(scenario.before, virtual, {"T_pool_volume": 500.0}))
    assert half[-0.5]["til_rate"] == pytest.approx(days[-0.5]["til_rate"] / 2)


def test_what_was_given_is_in_the_orders_and_replays_to_the_last_bit(result):
    early = result.orders.filter(pl.col("time") < 0).collect()
    assert sorted(set(early["input"])) == ["bystander_rate", "chemotherapy_rate", "til_rate"]
    assert result.manifest["replay"]["max_difference"] == 0
    rebuilt = replay(result, [4])
    kept = result.courses.filter(pl.col("id") == 4).collect()
    both = kept.join(rebuilt, on=["id", "time"], suffix="_again")
    for sign in ("blood_CD8", "SLD", "MAP"):
        np.testing.assert_array_equal(both[sign], both[f"{sign}_again"])


def test_the_cells_are_in_the_blood_at_the_first_dose(result, scenario, tmp_path):
    without = run(scenario.model_copy(update={"before": ()}), out=tmp_path / "none", workers=1)
    first = [
        one.courses.filter(pl.col("time") == 0).collect()["blood_CD8"].to_numpy()
        for one in (result, without)
    ]
    assert (first[0] - first[1] > 4).all()


def test_an_open_course_gets_them_too(scenario):
    seen = drive(
        prepare(scenario),
        np.arange(2),
        dose_IU=np.zeros((9, 2)),
        watch=np.array([0, 60]),
        observe=["infused_T", "neutrophils"],
    )
    assert (seen["infused_T"][0] > 4).all()


def test_the_course_of_the_scenario_takes_lymphocytes_and_neutrophils_come_back():
    protocol = prepare(load_scenario("after-til-melanoma"))
    seen = drive(
        protocol,
        np.arange(4),
        dose_IU=np.zeros((9, 4)),
        watch=np.array([0, 1440, 20 * 1440]),
        observe=["CD4", "Treg", "neutrophils", "lymphoid_reserve"],
    )
    assert (seen["lymphoid_reserve"][0] < 0.3).all()
    assert (seen["CD4"][0] < 0.2 * 650).all()
    assert np.median(seen["neutrophils"][0]) < 0.6
    assert np.median(seen["neutrophils"][2]) > 1.5


def test_every_kind_feeds_its_input():
    given = {
        "LAK_cells": ({"number": 7.5e10}, "lak_rate", 7.5e4 / 55),
        "lymphodepleting": (
            {"drug": "fludarabine", "amount": 25, "unit": "mg/m2"},
            "fludarabine_rate",
            None,
        ),
        "growth_factor": ({}, "growth_factor_rate", 1.0),
        "antibiotic": ({}, "antibiotic_prophylaxis", 1 / 24),
    }
    virtual, _ = begin(prepare(load_scenario("high-dose-melanoma")), np.arange(2))
    for give, (fields, name, total) in given.items():
        one = {"give": give, "day": -1, "minutes": 60, "source": "test", **fields}
        before = TypeAdapter(tuple[Given, ...]).validate_python((one,))
        (_, on), (_, off) = changes(before, virtual, {})
        expected = 25 * virtual.covariates["BSA"] if total is None else np.full(2, total)
        assert on[name] / 24 == pytest.approx(expected)
        assert not off[name].any()


def test_nothing_given_starts_with_the_first_dose():
    assert start_day(()) == 0
    assert start_day(load_scenario("high-dose-melanoma").before) == 0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("day: -0.5", "day: 0.5", "day"),
        ("minutes: 30", "minutes: 1000", "must have ended by the first dose"),
        ("specific_share: 0.1", "specific_share: 1.5", "specific_share"),
        ("give: cells", "give: hope", "give"),
    ],
)
def test_malformed(tmp_path, old, new, said):
    from aldesim.trial.scenario import CATALOGUE, Scenario

    path = tmp_path / "mine.yaml"
    path.write_text((CATALOGUE / "after-til-melanoma.yaml").read_text().replace(old, new))
    with pytest.raises(InputError, match=said):
        read_yaml(path, Scenario)
