"""Data to begin with: the municipalities there are, and an invented one to look around in."""
