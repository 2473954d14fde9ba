"""The design page in a real browser: a point of the map goes to the bedside."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

pytest.importorskip("playwright")
from playwright.sync_api import expect  # noqa: E402


def test_a_point_of_the_map_goes_to_the_bedside(page):
    page.goto(f"{page.address}#design")
    expect(page.locator("#doses-grids table")).to_have_count(2)
    page.locator("#map-figure .nsewdrag").first.click(position={"x": 60, "y": 120})
    expect(page.locator("#map-point")).to_contain_text("Chosen")
    page.get_by_label("Kd CD25, pM").fill("1000000")
    page.get_by_role("button", name="To the bedside").click()
    expect(page).to_have_url(re.compile("kd_alpha=2"))
    expect(page.locator("#bedside-kd_alpha")).to_have_value("2")
    expect(page.locator("#page-bedside")).to_have_attribute("data-complete", "true")
