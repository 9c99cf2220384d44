"""The page in a browser: no network, no errors; filter, map and links by mouse and keyboard; on paper, dark, narrow."""

from pathlib import Path

import pytest

from maccord.report.html_form import as_html
from tests.kit.browser import Opened, browser
from tests.kit.fleets import write
from tests.kit.page import drawn, drawn_large, page_of
from tests.property.test_page_safety import NASTY, estate

pytestmark = pytest.mark.real
ROOT = Path(__file__).parents[2]
FLEET = ROOT / "examples" / "fleet"
WIDTHS = (360, 480, 768, 1024, 1280, 1920)

CONTRASTS = """() => {
  const number = (text) => text.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  const under = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = number(getComputedStyle(at).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const bad = [];
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !one.checkVisibility() || one.closest("svg")) continue;
    const [a, b] = [light(number(getComputedStyle(one).color)), light(under(one))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(one.outerHTML.slice(0, 120));
  }
  return bad;
}"""


@pytest.fixture(scope="module")
def chromium():
    with browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def fleet():
    return drawn(FLEET)


@pytest.fixture(scope="module")
def path(fleet, tmp_path_factory):
    return written(tmp_path_factory.mktemp("page"), as_html(*fleet))


@pytest.fixture
def opened(chromium, path):
    shown = Opened(chromium, path)
    yield shown
    shown.assert_quiet()
    shown.close()


def written(folder, html):
    file = folder / "report.html"
    file.write_text(html, encoding="utf-8")
    return file


def incident(fleet, cause):
    return next(one for one in fleet[0].incidents if one.cause == cause)


def visible(page):
    """Return the causes of the incidents that show."""
    return page.locator("article.incident:visible h3").all_inner_texts()


def filtered(page, text, count):
    """Type into the filter and wait until it has said how many are left."""
    page.get_by_role("searchbox").fill(text)
    page.locator("#found", has_text=f"{count} of ").wait_for()
    return visible(page)


def told(page):
    return page.locator("#map-told").inner_text()


def focused(page):
    return page.evaluate("(document.activeElement.textContent || document.activeElement.id).trim().slice(0, 40)")


# Quiet ---------------------------------------------------------------------------------------------------------


def test_the_page_opens_without_a_network_and_says_nothing_on_the_console(opened, fleet):
    assert opened.page.title().startswith("5 errors, 1 warning, 1 info")
    assert len(visible(opened.page)) == len(fleet[0].incidents)
    assert opened.requests == [opened.address]


def test_the_policy_of_the_page_stops_whatever_is_put_into_it(chromium, path):
    shown = Opened(chromium, path)
    shown.page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          const image = document.createElement("img");
          image.src = "http://192.0.2.1/x.png";
          document.body.append(image);
          document.body.insertAdjacentHTML("beforeend", "<p onclick='window.ran = true' id=bait>bait</p>");
        }"""
    )
    shown.page.locator("#bait").click()
    assert shown.page.evaluate("window.ran") is None
    assert shown.failed == {"http://192.0.2.1/x.png": "csp"}
    assert any("Content Security Policy" in text for text in shown.said)
    shown.close()


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
def test_hostile_names_are_text(chromium, tmp_path, name):
    write(tmp_path / "evidence", estate(name, name, name, name))
    shown = Opened(chromium, written(tmp_path, page_of(tmp_path / "evidence")), width=360)
    if name != NASTY[14]:  # half a surrogate pair: such a file cannot be read, which is a problem
        assert shown.page.locator("article.incident").count() > 0
        assert shown.page.locator("#map-view svg rect.strip").count() > 0
    assert shown.page.evaluate("document.querySelectorAll('script, img, iframe, object').length") == 3
    assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shown.assert_quiet()
    shown.close()


def test_without_script_everything_but_filter_and_map_is_there(chromium, path, fleet):
    shown = Opened(chromium, path, script=False)
    assert shown.page.locator("article.incident").count() == len(fleet[0].incidents)
    assert shown.page.locator(".needs-script:visible").count() == 0
    assert shown.page.locator("#strips tbody tr").count() == len(fleet[1].strips)
    shown.page.locator("summary").first.click()
    shown.close()


# Finding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "causes"),
    [
        ("clone", ["cloned-host-image"]),
        ("HQ-TEST01", ["same-low-octets"]),
        ("hq-intranet", ["cloned-host-image"]),
        ("52:54:00:12:34:56", ["appliance-default-address"]),
        ("5254.0012.3456", ["appliance-default-address"]),
        ("525400123456", ["appliance-default-address"]),
        ("52-54-00-12-34-56", ["appliance-default-address"]),
        ("3cfd.fe00.5391", ["management-vnic-inherits-team"]),
        ("00:15:5d:1f:0c:77", ["same-low-octets"]),
        ("nothing is called so", []),
    ],
)
def test_the_filter_finds_causes_hosts_machines_and_addresses_in_any_notation(opened, text, causes):
    assert filtered(opened.page, text, len(causes)) == causes
    assert opened.page.locator("#none-found").is_visible() == (not causes)


def test_an_emptied_filter_shows_everything_again(opened):
    filtered(opened.page, "nothing is called so", 0)
    opened.page.get_by_role("button", name="Show all").click()
    assert len(visible(opened.page)) == 8
    assert opened.page.get_by_role("searchbox").input_value() == ""


def test_severities_can_be_switched_off_and_on(opened):
    page = opened.page
    page.get_by_role("button", name="Error 5").click()
    assert visible(page) == ["migrated-vm-kept-address", "range-does-not-match-host", "reissued-while-stopped"]
    page.get_by_role("button", name="Allowed 1").click()
    assert len(visible(page)) == 2
    page.get_by_role("button", name="Error 5").click()
    page.get_by_role("button", name="Active only").click()
    assert len(visible(page)) == 4


def test_a_link_leads_to_its_incident_even_if_the_filter_hides_it(chromium, path, fleet):
    wanted = incident(fleet, "same-low-octets").id
    shown = Opened(chromium, path, fragment=f"#{wanted}")
    page = shown.page
    assert page.evaluate("document.activeElement.id") == wanted
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") < 300
    filtered(page, "clone", 1)
    page.evaluate("location.hash = ''")
    page.evaluate(f"location.hash = '{wanted}'")
    page.locator(f"[id='{wanted}']").wait_for()
    assert len(visible(page)) == 8
    shown.assert_quiet()
    shown.close()


# The map -------------------------------------------------------------------------------------------------------


def test_the_map_shows_every_range_and_marks_those_that_are_shared(opened, fleet):
    page = opened.page
    assert page.locator("#map-view rect.strip").count() == len(fleet[1].strips)
    assert page.locator("#map-view rect.strip.shared").count() == 6
    assert page.locator("#map-view path.mark.twice").count() == 3
    assert "15 ranges, 3 overlaps" in told(page)


def test_a_click_zooms_to_a_range_and_back_shows_all(opened):
    page = opened.page
    whole = told(page)
    page.locator("#map-view rect.strip.shared").first.click()
    assert "Chosen: HQ-HV05, dynamic, 00-15-5D-1F-0C-00 to 00-15-5D-1F-0C-FF, 256 addresses, shared" in told(page)
    assert page.locator("#strips tbody tr").count() == 2
    assert page.locator("#strips tbody a").first.inner_text() == "same-low-octets"
    page.get_by_role("button", name="Back", exact=True).click()
    assert told(page) == whole


def test_the_map_obeys_the_keyboard_alone(opened):
    page = opened.page
    whole = told(page)
    page.locator("#map-view").focus()
    for key in ("+", "+", "ArrowRight"):
        page.keyboard.press(key)
    assert told(page) != whole
    page.keyboard.press("Home")
    assert told(page) == whole
    page.keyboard.press("ArrowDown")
    assert "Chosen: HQ-HV06" in told(page)
    page.keyboard.press("Enter")
    assert told(page).startswith("00-15-5D-0C-06-00 to 00-15-5D-0C-06-FF: 1 range")
    page.keyboard.press("Escape")
    assert page.locator("#map-view rect.strip").count() == 15


def test_the_map_can_be_dragged_and_zoomed_with_the_wheel(opened):
    page = opened.page
    view = page.locator("#map-view")
    view.scroll_into_view_if_needed()
    box = view.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 250)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    page.wait_for_function("document.querySelectorAll('#map-view rect.strip').length < 15")
    before = told(page)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 250, steps=5)
    page.mouse.up()
    assert told(page) != before


def test_next_overlap_goes_through_the_overlaps(opened):
    page = opened.page
    button = page.get_by_role("button", name="Next overlap")
    seen = []
    for _ in range(3):
        button.click()
        assert "1 overlap." in told(page)
        seen.append({row.inner_text() for row in page.locator("#strips tbody tr:has(a) th").all()})
    assert seen == [{"HQ-HV05", "HQ-TEST01"}, {"PLANT-HV02", "PLANT-VMM01"}, {"HQ-HV03", "HQ-HV04"}]


def test_a_range_of_an_incident_is_shown_on_the_map_at_a_click(opened):
    page = opened.page
    page.get_by_role("button", name="Show 00-15-5D-63-39-00 to 00-15-5D-63-39-FF on the map").first.click()
    assert page.evaluate("document.activeElement.id") == "map-view"
    assert told(page).startswith("00-15-5D-63-39-00 to 00-15-5D-63-39-FF: 2 ranges, 1 overlap")


# By keyboard ---------------------------------------------------------------------------------------------------


def test_the_tab_key_begins_with_the_skip_link_and_reaches_filter_and_map(opened):
    page = opened.page
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", focused(page)
        if "map-view" in reached:
            break
    assert {"filter", "map-view"} <= reached


def test_a_slash_puts_the_cursor_into_the_filter_and_escape_empties_it(opened):
    page = opened.page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "filter"
    page.keyboard.type("clone")
    page.locator("#found", has_text="1 of ").wait_for()
    page.keyboard.press("Escape")
    assert len(visible(page)) == 8


def test_folds_open_with_the_enter_key(opened):
    page = opened.page
    first = page.locator("article.incident details.page-fold").first
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert first.get_by_text("Get-VMHost | Format-List MacAddress*").is_visible()


# What it looks like --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_all_text_has_enough_contrast_where_it_stands(chromium, path, dark):
    shown = Opened(chromium, path, dark=dark)
    shown.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert shown.page.evaluate(CONTRASTS) == []
    shown.close()


def test_dark_follows_the_system_and_the_button_overrules_it(chromium, path):
    shown = Opened(chromium, path, dark=True)
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = shown.page.evaluate(ground)
    shown.page.get_by_role("button", name="Light").click()
    light = shown.page.evaluate(ground)
    assert dark == "rgb(19, 21, 25)"
    assert light == "rgb(246, 246, 244)"
    assert shown.page.get_by_role("button", name="Light").get_attribute("aria-pressed") == "true"
    shown.page.reload()
    assert shown.page.evaluate(ground) == light
    shown.page.get_by_role("button", name="Auto").click()
    assert shown.page.evaluate(ground) == dark
    shown.assert_quiet()
    shown.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window_and_nothing_moves_after_it_was_painted(chromium, path, width):
    shown = Opened(chromium, path, width=width)
    page = shown.page
    page.evaluate(
        """() => { window.shift = 0; new PerformanceObserver((list) => {
             for (const one of list.getEntries()) window.shift += one.value;
           }).observe({ type: "layout-shift", buffered: true }); }"""
    )
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter((one) => one.checkVisibility()
             && !one.closest(".scroll, svg, .unseen, #map-view") && one.getBoundingClientRect().right > innerWidth + 1)
             .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert outside == []
    shown.close()
    fresh = Opened(chromium, path, width=width)
    fresh.page.evaluate(
        """() => new Promise((done) => { let sum = 0; new PerformanceObserver((list) => {
             for (const one of list.getEntries()) sum += one.value;
           }).observe({ type: "layout-shift", buffered: true });
           requestAnimationFrame(() => requestAnimationFrame(() => { window.shift = sum; done(); })); })"""
    )
    assert fresh.page.evaluate("window.shift") < 0.01
    fresh.close()


def test_paper_has_everything_unfolded_and_no_controls(opened, tmp_path):
    page = opened.page
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert page.locator("article.incident details.chain-fold table:visible").count() > 8
    for control in (".finder", ".theme", ".rail", ".map-bar .buttons", "[data-show]"):
        assert page.locator(f"{control}:visible").count() == 0, control
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
    pdf = page.pdf(path=str(tmp_path / "report.pdf"), format="A4", print_background=True)
    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type /Page\n") > 8


def test_a_reader_of_the_screen_hears_landmarks_headings_and_what_drawings_show(opened, fleet):
    page = opened.page
    tree = page.locator("body").aria_snapshot()
    for said in ("banner", "main", "contentinfo", 'navigation "On this page"', 'search "Filter incidents"'):
        assert said in tree, said
    wanted = incident(fleet, "management-vnic-inherits-team")
    drawing = page.locator(f"[id='{wanted.id}'] svg[role=img]").aria_snapshot()
    assert "PLANT-HV01" in drawing


# Large ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def large_path(tmp_path_factory):
    return written(tmp_path_factory.mktemp("large"), as_html(*drawn_large(20_000)))


def test_twenty_thousand_hosts_and_a_hundred_thousand_ranges_stay_usable(chromium, large_path):
    assert large_path.stat().st_size < 6 * 2**20
    shown = Opened(chromium, large_path)
    page = shown.page
    assert "100,000 ranges, 400 overlaps" in told(page)
    nodes = "document.querySelectorAll('*').length"
    assert page.evaluate(nodes) < 45_000
    assert page.locator("#map-view rect.bin").count() > 20
    page.get_by_role("searchbox").fill("hv19999")
    page.locator("#found", has_text="1 of 400").wait_for()
    page.get_by_role("searchbox").fill("")
    page.locator("#found", has_text="400 incidents").wait_for()
    for _ in range(10):
        page.get_by_role("button", name="Zoom in").click()
    assert page.locator("#map-view rect.strip").count() > 20
    assert page.evaluate(nodes) < 45_000
    page.get_by_role("button", name="Whole map").click()
    assert "100,000 ranges" in told(page)
    assert page.locator("#strips tbody tr").count() <= 41
    shown.assert_quiet()
    shown.close()
