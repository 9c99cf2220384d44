"""Files that real tools wrote, in a folder beside the repository: too many, and not ours, to keep in it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECORDED = ROOT.parent / "shared" / "data"

needs_recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recorded files in {RECORDED}")
