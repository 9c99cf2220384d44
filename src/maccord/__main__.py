"""Runs the command line: `python -m maccord`."""

from maccord.cli import main

if __name__ == "__main__":
    main()
