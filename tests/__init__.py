"""The tests, as a tree that follows the product's. `python3 -m tests` runs all of it."""
