import pytest

from aldesim.trial import load_scenario, run


@pytest.fixture(scope="session")
def scenario():
    """The main job with half a year of follow-up, to be quick."""
    return load_scenario("high-dose-melanoma").model_copy(
        update={"patients": 48, "follow_up_days": 190}
    )


@pytest.fixture(scope="session")
def result(scenario, tmp_path_factory):
    return run(scenario, out=tmp_path_factory.mktemp("runs") / "melanoma", workers=2, chunk=24)
