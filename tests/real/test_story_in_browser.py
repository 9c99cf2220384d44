"""Pages of emulated stories in a browser: no network, no errors, dark and light, narrow and wide, legible."""

import pytest

from maccord.cli.twin_page import as_html
from maccord.worlds.stories import Converged, Twins, Walkthrough
from maccord.worlds.stories.twins import Setting
from tests.kit.browser import Opened, browser
from tests.real.test_page_in_browser import CONTRASTS, WIDTHS

pytestmark = pytest.mark.real
STORIES = {"walkthrough": Walkthrough(), "converged": Converged(), "ping": Twins(1, None, Setting(count=300))}


@pytest.fixture(scope="module")
def opened():
    with browser() as one:
        yield one


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stories")
    for name, tale in STORIES.items():
        (folder / f"{name}.html").write_text(as_html(tale.told()), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in STORIES}


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("dark", [False, True])
def test_a_page_is_quiet_and_every_text_is_legible(opened, pages, name, dark):
    page = Opened(opened, pages[name], dark=dark)
    try:
        page.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert page.page.evaluate(CONTRASTS) == []
        page.assert_quiet()
    finally:
        page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_window(opened, pages, width):
    for path in pages.values():
        page = Opened(opened, path, width=width)
        try:
            assert page.page.evaluate("document.documentElement.scrollWidth") <= width
        finally:
            page.close()


def test_the_colours_can_be_chosen_and_a_step_be_linked(opened, pages):
    page = Opened(opened, pages["converged"], fragment="#step-3")
    try:
        assert page.page.evaluate("document.getElementById('step-3').getBoundingClientRect().top") < 200
        page.page.get_by_role("button", name="Dark").click()
        assert page.page.evaluate("document.documentElement.dataset.theme") == "dark"
        page.assert_quiet()
    finally:
        page.close()


def test_the_page_is_whole_without_its_script(opened, pages):
    page = Opened(opened, pages["walkthrough"], script=False)
    try:
        assert page.page.locator("section.step").count() == 12
        assert page.page.locator(".timeline svg .lost").count() > 0
    finally:
        page.close()
