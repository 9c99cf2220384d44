"""Where an address may be known once."""

GLOBAL = "global"
"""The scope of pools that say nothing: every address once, wherever it is. Other scopes are layer-2 domains."""
