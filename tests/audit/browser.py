# Copyright (c) 2026 The datasentinel.platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Debian's Chromium, driven by Playwright: pages that are opened, and what they do."""

from __future__ import annotations

import shutil
from pathlib import Path

from embedded.collection import ROOT
from playwright.sync_api import sync_playwright

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: The checker of accessibility, as tests/tools/fetch-browser leaves it, and where screenshots go.
AXE = ROOT / ".cache/browser/axe.min.js"
SCREENSHOTS = ROOT / ".cache/screenshots"
#: Milliseconds for what a page is expected to do.
PATIENCE = 10_000


class Browser:
    """A running browser; a context manager."""

    #: The one without the parts that show windows takes half the time.
    executable = shutil.which("chromium-headless-shell") or shutil.which("chromium")

    def __enter__(self):
        self._playwright = sync_playwright().start()
        self._chromium = self._playwright.chromium.launch(executable_path=self.executable, args=ARGUMENTS)
        self._contexts = []
        return self

    def __exit__(self, *exc_info):
        self._chromium.close()
        self._playwright.stop()

    def open(self, path: Path, fragment: str = "", width=1280, height=900, **options) -> Page:
        """Open a file in a fresh profile. options: of Playwright's contexts."""
        context = self._chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        return Page(context.new_page(), path, fragment)

    def close_pages(self):
        """Close all that is open."""
        while self._contexts:
            self._contexts.pop().close()


class Page:
    """A report that is open. page: Playwright's. requests: the addresses that it asked for besides its own. errors: what its console complains of."""

    def __init__(self, page, path: Path, fragment: str):
        self.page = page
        self.requests, self.errors = [], []
        address = path.resolve().as_uri()
        page.on("request", lambda request: self.requests.append(request.url) if not request.url.startswith((address, "data:")) else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type in ("error", "warning") else None)
        page.goto(address + fragment)

    def __getattr__(self, name):
        return getattr(self.page, name)

    def settle(self):
        """Wait until the page has done what a click on one of its links is followed by, an event a moment later."""
        self.page.evaluate("document.documentElement.classList.contains('js') && new Promise((done) => setTimeout(() => setTimeout(done)))")

    @property
    def fragment(self) -> str:
        """The fragment of the URL, without its hash character."""
        self.settle()
        return self.page.evaluate("location.hash").lstrip("#")

    def names(self) -> list[str]:
        """The names of the connections that match, in order, once all of them are shown."""
        self.settle()
        self.page.evaluate(
            "for (const more = document.getElementById('more'); !more.hidden && document.documentElement.classList.contains('js');) more.click()"
        )
        return self.rows()

    def rows(self) -> list[str]:
        """The names of the connections that are shown so far, in order."""
        self.settle()
        return self.page.locator("#rows .name").all_text_contents()

    def status(self) -> str:
        """What the live region tells."""
        self.settle()
        return self.page.locator("[role=status]").text_content()

    def tile(self, kind: str):
        """The tile of a finding."""
        return self.page.locator(f"[data-kind={kind}]")

    def bar_of(self, value: str):
        """The bar of a value of the tag."""
        return self.page.locator(".bar-row", has=self.page.locator(f":text-is('{value}')"))

    def bars(self) -> dict[str, str]:
        """The counts beside the bars, by value of the tag."""
        self.settle()
        return dict(zip(self.page.locator(".bar-name").all_text_contents(), self.page.locator(".bar-count").all_text_contents()))

    def sorts(self) -> dict[str, str]:
        """aria-sort of each column."""
        return {head.text_content(): head.get_attribute("aria-sort") for head in self.page.locator("#table > thead th[aria-sort]").all()}

    def sort(self, column: str):
        """Click on the title of a column."""
        self.page.locator("#table > thead button", has_text=column).click()

    def colour(self, selector: str, what: str = "color") -> str:
        """A colour as it is shown."""
        return self.page.locator(selector).first.evaluate("(element, what) => getComputedStyle(element)[what]", what)

    def violations(self) -> list[str]:
        """What axe-core finds by the rules of WCAG 2.2 AA and by good practice, in short."""
        self.page.evaluate(AXE.read_text())
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = self.page.evaluate("(tags) => axe.run(document, {runOnly: tags}).then((results) => results.violations)", tags)
        return [f"{one['id']}: {[(node['html'][:120], node['failureSummary']) for node in one['nodes'][:3]]}" for one in found]

    def screenshot_to(self, name: str):
        """Keep what is shown, for people."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
