"""Runs `maccord` and kills itself, as nobody can refuse, right after so many entries of the journal are on disk.

python killed.py ENTRIES ARGUMENTS...
"""

import os
import signal
import sys

from maccord.apply.journal import Journal
from maccord.cli.main import run

entries = int(sys.argv[1])
write = Journal.write


def fatal(self, event, at, **what):
    write(self, event, at, **what)
    if len(self.lines) == entries:
        os.kill(os.getpid(), signal.SIGKILL)


Journal.write = fatal  # type: ignore[method-assign]
sys.exit(run(sys.argv[2:]))
