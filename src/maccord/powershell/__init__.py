"""Typed steps as Windows PowerShell: one fixed runtime that was reviewed, and a block of data that varies.

`scripts_of` gives all files of a plan, `script_of` and `reverse_script_of` the scripts of a host, `step_script` that of
one step. A script writes one line of JSON for each step that it came to: see `Result`.
"""

from maccord.powershell.files import scripts_of
from maccord.powershell.result import Result, read_results
from maccord.powershell.script import reverse_script_of, runtime_version, script_of, step_script

__all__ = ["Result", "read_results", "reverse_script_of", "runtime_version", "script_of", "scripts_of", "step_script"]
