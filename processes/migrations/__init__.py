"""How the tables came to be, one revision after another; the lowest floor that sees every table."""
