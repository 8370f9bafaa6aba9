"""Times how a browser opens the HTML report of a large result, and when its filter first answers.

Usage: python -m tests.benchmarks.html_report [--findings N] [--rounds N] [--browser PROGRAM]. Each round opens the page
of `tests/reports/html/large_result.py` anew in a headless Chromium. `load` is from the start of the navigation to the
end of the load event, `filter` from there to the count of a search (its wait for the next key included), `both` their
sum; each in seconds, the median and the worst of the rounds.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from scanner.reports.html import render
from scanner.reports.interface import RenderOptions
from tests.reports.html.large_result import large_result

_LOADED = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--findings", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--browser", default=shutil.which("chromium") or "chromium")
    options = parser.parse_args()
    start = time.process_time()
    text = render(large_result(options.findings), RenderOptions())
    size = len(text.encode()) / 1e6
    print(f"{options.findings} findings: {size:.2f} MB, made in {time.process_time() - start:.2f} s of CPU")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder, "report.html")
        file.write_text(text, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=options.browser, args=["--no-sandbox"])
        rounds = [_opened(browser, file) for _ in range(options.rounds)]
        browser.close()
    for name, times in {
        "load": [load for load, _ in rounds],
        "filter": [answer for _, answer in rounds],
        "both": [load + answer for load, answer in rounds],
    }.items():
        print(f"{name:<8}median {statistics.median(times):.2f}  worst {max(times):.2f}")


def _opened(browser: Browser, file: Path) -> tuple[float, float]:
    """Seconds to the end of the load event, and from there to the first answer of the filter."""
    page = browser.new_page()
    page.goto(file.as_uri())
    load = float(page.evaluate(_LOADED)) / 1000
    start = time.perf_counter()
    page.fill("#q", "store_7 LRG-003")
    page.locator("#found", has_text=" fit").wait_for()
    answer = time.perf_counter() - start
    page.close()
    return load, answer


if __name__ == "__main__":
    main()
