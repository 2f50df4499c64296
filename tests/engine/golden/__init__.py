"""Saved states of every released version, which this version must take up and bring to the same end.

`python3 -m tests.engine.golden --write VERSION` records a set when a version is released; a set is never changed.
"""
