"""Commands of `python3 -m web` that need a room of their own: `register` adds them, the rest runs them."""
