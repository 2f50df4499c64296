"""Faults planted one by one in the lines that carry the engine's promises: the tests must notice each.

`python3 -m tests.mutants` plants them in a copy of the tree, never in the tree itself; with names it plants only those.
"""
