"""The page in a real browser, opened once: what it loads, how it is used by keyboard, on a phone, in print, by axe."""

import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scanner.core.finding import Finding
from scanner.reports.html import render
from scanner.reports.interface import RenderOptions
from tests.reports.html.large_result import large_result

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SMALL = large_result(30)
OPEN = [finding for finding in SMALL.findings if finding.is_open]

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    pytest.mark.xdist_group("chromium"),
]


@dataclass
class Session:
    """One browser, and everything that its pages have asked for and complained about."""

    browser: Any
    folder: Path
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, name: str, fragment: str = "", **context: Any) -> Any:
        page = self.browser.new_context(**context).new_page()
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto((self.folder / name).as_uri() + fragment)
        return page


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    folder = tmp_path_factory.mktemp("pages")
    (folder / "small.html").write_text(render(SMALL, RenderOptions()), encoding="utf-8")
    (folder / "few.html").write_text(render(large_result(9), RenderOptions()), encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Session(browser, folder)
        browser.close()


@pytest.fixture(scope="module")
def desk(session: Session) -> Any:
    return session.open("small.html", viewport={"width": 1440, "height": 900})


def shown(page: Any) -> int:
    return int(page.locator(".f:not([hidden])").count())


def told(page: Any, text: str) -> None:
    page.locator("#found", has_text=text).wait_for(timeout=5000)


def test_the_filter_and_the_search_are_used_by_keyboard(desk: Any) -> None:
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.className") == "skip"
    desk.keyboard.press("Enter")
    assert desk.evaluate("document.activeElement.id") == "main"
    assert desk.locator("#found").get_attribute("aria-live") == "polite"

    desk.locator("#q").focus()
    desk.keyboard.type("STORE_1 lrg-007")
    told(desk, "1 of 30 findings fit")
    assert shown(desk) == 1
    assert (
        desk.locator(".f:not([hidden]) .msg").inner_text().startswith("aws_s3_bucket.store_1 does not keep to LRG-007")
    )
    desk.keyboard.press("Control+a")
    desk.keyboard.press("Delete")
    told(desk, "30 of 30 findings")

    desk.keyboard.press("Tab")
    desk.keyboard.press("Space")
    critical = sum(finding.policy.severity == "critical" for finding in OPEN)
    told(desk, f"{critical} of 30 findings fit")
    assert desk.locator(".policy:not([hidden])").count() == 2
    desk.locator("#q").focus()
    desk.keyboard.type("no such thing")
    told(desk, "0 of 30 findings fit")
    assert desk.locator("#nothing").is_visible()
    desk.get_by_role("button", name="Reset").press("Enter")
    told(desk, "30 of 30 findings")
    assert shown(desk) == 30

    desk.get_by_label("Framework", exact=True).select_option("gdpr")
    desk.get_by_label("unknown", exact=True).press("Space")
    unknown = sum(finding.status == "unknown" for finding in OPEN)
    told(desk, f"{unknown} of 30 findings fit")
    desk.get_by_role("button", name="Reset").press("Enter")
    told(desk, "30 of 30 findings")


def test_a_link_to_a_finding_opens_it(session: Session, desk: Any) -> None:
    def opened(page: Any, finding: Finding) -> None:
        row = page.locator(f"[id='{finding.fingerprint}']")
        row.locator("pre").first.wait_for(state="visible", timeout=5000)
        row.locator("summary:focus").wait_for(timeout=5000)
        assert row.evaluate("each => each.getBoundingClientRect().top < innerHeight")

    first, last = OPEN[1], OPEN[-1]
    page = session.open("small.html", f"#{first.fingerprint}")
    opened(page, first)
    page.evaluate(f"location.hash = '{last.fingerprint[:12]}'")
    opened(page, last)
    page.close()

    desk.locator("#q").fill(first.policy.id)
    told(desk, "3 of 30 findings fit")
    desk.evaluate(f"location.hash = '{last.fingerprint}'")  # of another policy, which the filter hides
    told(desk, "30 of 30 findings")
    opened(desk, last)


def test_the_same_can_be_read_without_scripts(session: Session) -> None:
    page = session.open("small.html", f"#{OPEN[0].fingerprint}", java_script_enabled=False)
    assert page.locator("#filter").is_hidden()
    assert page.locator(".policy").count() == 10
    assert page.locator(f"[id='{OPEN[0].fingerprint}'] .msg").is_visible()
    page.close()


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_the_page_is_never_wider_than_its_window(session: Session, width: int) -> None:
    page = session.open("small.html", viewport={"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()


def test_axe_has_nothing_to_say_in_either_scheme(session: Session) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        axe = pytest.importorskip(
            "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
        )
    page = session.open("few.html", color_scheme="light", reduced_motion="reduce")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    light = axe.Axe().run(page)
    assert light.violations_count == 0, light.generate_report()
    page.emulate_media(color_scheme="dark")
    dark = axe.Axe().run(page, options={"runOnly": ["color-contrast"]})  # all that the scheme changes
    assert dark.violations_count == 0, dark.generate_report()
    assert dark.response["passes"], "colours were looked at"
    page.close()


def test_print_has_everything_in_light_colours_and_no_controls(session: Session) -> None:
    page = session.open("small.html", color_scheme="dark")
    page.locator("#q").fill(OPEN[0].fingerprint)
    told(page, "1 of 30 findings fit")
    page.emulate_media(media="print")
    visible = "each => each.checkVisibility({contentVisibilityAuto: false, visibilityProperty: true})"
    for selector in (".f .meta", ".f .code", "table.rows tr", "tr[id^=node-]", ".columns li", "#known ~ details td"):
        found = page.locator(selector)
        seen = found.evaluate_all(f"all => all.filter({visible}).length")
        assert seen == found.count(), selector
    assert page.locator("#filter").is_hidden()
    assert page.locator("nav").is_hidden()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()


def test_a_page_of_two_thousand_findings_stays_small_and_works(session: Session) -> None:
    text = render(large_result(2000), RenderOptions())
    assert len(text.encode()) < 5_000_000
    (session.folder / "large.html").write_text(text, encoding="utf-8")
    page = session.open("large.html")
    page.locator("#q").fill("store_7 LRG-003")
    told(page, "1 of 2000 findings fit")
    row = page.locator(".f:not([hidden])")
    assert row.locator("summary").is_visible()
    row.locator("summary").press("Enter")
    page.close()


def test_nothing_was_loaded_and_nothing_complained(session: Session) -> None:
    assert session.requests, "the tests before this one have opened pages"
    assert {url.partition(":")[0] for url in session.requests} <= {"file", "data"}
    assert {url.partition("#")[0].rpartition("/")[2] for url in session.requests if url.startswith("file")} <= {
        "few.html",
        "small.html",
        "large.html",
    }
    assert session.complaints == []
