"""A trial in a real browser: started, paused, resumed, compared, deleted; a wrong scenario."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

pytest.importorskip("playwright")
from playwright.sync_api import expect  # noqa: E402


def test_a_run_of_two_arms_is_paused_resumed_compared_and_deleted(page):
    page.on("dialog", lambda dialog: dialog.accept())
    page.set_default_timeout(60_000)
    page.goto(f"{page.address}#trial")
    page.get_by_label("Patients an arm").fill("8")
    page.get_by_label("Second arm differs in").select_option("rules")
    page.get_by_label("Second arm has").select_option("label_plr")
    page.get_by_role("button", name="Run", exact=True).click()
    running = page.locator("tr[data-state=running]")
    expect(running).to_have_count(2, timeout=60_000)
    running.first.get_by_role("button", name="pause").click()
    paused = page.locator("tr[data-state=paused]")
    expect(paused).to_have_count(1, timeout=60_000)
    paused.get_by_role("button", name="resume").click()
    finished = page.locator("tr[data-state=finished]")
    expect(finished).to_have_count(2, timeout=90_000)
    finished.first.locator("button.name").click()
    expect(page.locator("#result-title")).to_contain_text("8 patients")
    expect(page.locator("#result-table")).to_contain_text("Vasopressor used")
    expect(page.locator("#result-figures figure")).to_have_count(6)
    names = sorted(finished.nth(row).locator("button.name").inner_text() for row in (0, 1))
    for name in names:  # the first chosen is the one that the other is compared with
        page.get_by_label(f"Choose {name} to compare").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#result-title")).to_have_text("label_plr against label_legacy")
    expect(page.locator("#result-differences thead")).to_contain_text("95 % interval, paired")
    expect(page.locator("#result-differences tbody")).to_contain_text("Time on a vasopressor")
    expect(page.locator("#result-figures figure")).to_have_count(9)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Differences (CSV)").click()
    assert waiting.value.path().read_text().startswith("arm,measure,unit")
    for left in (1, 0):
        finished.first.get_by_role("button", name="delete").click()
        expect(finished).to_have_count(left)


def test_a_wrong_scenario_is_refused_in_words(page):
    page.goto(f"{page.address}#trial")
    page.get_by_label("Scenario", exact=True).select_option("")
    page.get_by_label("Scenario as YAML").fill("name: mine\ntitle: [")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#trouble")).to_contain_text("your scenario")
