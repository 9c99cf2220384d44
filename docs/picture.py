"""Take the picture of the page in README.md: docs/page.png, from the sample fleet. Needs Chromium.

python docs/picture.py
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.kit.browser import Opened, browser  # noqa: E402 - found from here on


def main() -> None:
    """Write the picture."""
    with tempfile.TemporaryDirectory() as scratch, browser() as opened:
        page = Path(scratch) / "report.html"
        command = [sys.executable, "-m", "maccord", "check", str(ROOT / "examples" / "fleet"), "--now", "2027-01-15"]
        subprocess.run([*command, "--format", "html", "--output", str(page)], check=False)
        shown = Opened(opened, page, width=1060, height=950)
        heading = shown.page.get_by_role("heading", name="management-vnic-inherits-team").first
        heading.evaluate("(one) => window.scrollTo(0, one.getBoundingClientRect().top + scrollY - 170)")
        shown.page.screenshot(path=str(ROOT / "docs" / "page.png"))
        shown.close()


if __name__ == "__main__":
    main()
