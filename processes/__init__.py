"""The municipality: what a consultation is, what people do in it, and what the process does."""
