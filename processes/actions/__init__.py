"""What people do: the only door for web."""
