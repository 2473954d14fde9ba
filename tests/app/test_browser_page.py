"""The page itself in a real browser: accessible at every width, in both themes."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

pytest.importorskip("playwright")
from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from playwright.sync_api import expect  # noqa: E402

from aldesim.app.page import PAGES  # noqa: E402

WIDTHS = (390, 1280, 1920)


def opened(page, name):
    page.goto(f"{page.address}#{name}")
    expect(page.locator(f"#page-{name}")).to_be_visible()
    if name == "bedside":
        expect(page.locator("#page-bedside")).to_have_attribute("data-complete", "true")


@pytest.mark.parametrize("name", PAGES)
def test_accessible_in_both_themes_and_never_scrolled_sideways(page, name):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, name)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        serious = [
            (rule["id"], [node["html"][:120] for node in rule["nodes"]])
            for rule in found
            if rule["impact"] in ("serious", "critical")
        ]
        assert not serious, scheme
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(80)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    foreign = [url for url in asked if not url.startswith((page.address, "data:", "blob:"))]
    assert not foreign


def test_the_keyboard_reaches_the_content_at_once_and_colours_stay(page):
    opened(page, "bedside")
    page.reload()
    expect(page.locator("#page-bedside")).to_have_attribute("data-complete", "true")
    page.keyboard.press("Tab")
    expect(page.locator("#skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Colours").click()
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert before != after
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == after
