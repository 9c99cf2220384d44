"""Typed steps as Windows PowerShell: one fixed runtime that was reviewed, and a block of data that varies.

`script_of` and `reverse_script_of` give the scripts of a whole host, `step_script` the script of one step. A script
writes one line of JSON for each step that it came to: see `Result`.
"""

from maccord.powershell.result import Result, read_results
from maccord.powershell.script import reverse_script_of, runtime_version, script_of, step_script

__all__ = ["Result", "read_results", "reverse_script_of", "runtime_version", "script_of", "step_script"]
