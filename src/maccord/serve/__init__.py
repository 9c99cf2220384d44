"""The REST service over an authority: HTTP in, one call of the authority, JSON out.

`app.py` puts it together, `run.py` listens. Every request comes through `door.py` (ids, limits, tokens, metrics, logs);
`operations.py` is the table of what can be asked for, from which both the routes and the OpenAPI document are made.
"""
