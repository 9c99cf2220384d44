"""Watching a network: sources that never end, the engine of verdicts, and whoever wants to hear of incidents.

`watcher.py` turns verdicts into incidents that open, change and close; it waits for nothing and reads no clock.
`sources.py` brings what is heard, `outlets.py` takes incidents away, `state.py` keeps them over a restart.
"""
