"""Runs a reviewed plan on hosts, one step after the other, with a journal that survives whatever happens."""
