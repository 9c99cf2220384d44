"""Chromium without a window and without a network, for tests of pages."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

# Debian's Chromium as root in a container, and silent: no sandbox of its own, no look for updates.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def program() -> str | None:
    """Return the path of Chromium or a browser of its family, or None; MACCORD_TEST_BROWSER names another one."""
    named = os.environ.get("MACCORD_TEST_BROWSER")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """Yield a browser; skip, with the reason, where there is none."""
    path = program()
    if path is None:
        pytest.skip("no Chromium on PATH: script/system-packages installs it")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield opened
        finally:
            opened.close()


class Opened:
    """A page in the browser, and all that it asked for, said or failed with."""

    def __init__(
        self,
        opened: Browser,
        path: Path,
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        script: bool = True,
        fragment: str = "",
    ) -> None:
        self.context = opened.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            offline=True,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(10_000)
        self.page = self.context.new_page()
        self.requests: list[str] = []
        self.said: list[str] = []
        self.errors: list[str] = []
        self.failed: dict[str, str | None] = {}
        self.page.on("requestfailed", lambda request: self.failed.update({request.url: request.failure}))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.address = path.as_uri()
        self.page.goto(self.address + fragment)

    def assert_quiet(self) -> None:
        """Assert that the page asked for nothing but itself (and data in it), and that nothing went wrong."""
        foreign = [url for url in self.requests if url.partition("#")[0] != self.address and url[:5] != "data:"]
        assert foreign == []
        assert self.said == []
        assert self.errors == []

    def close(self) -> None:
        self.context.close()
