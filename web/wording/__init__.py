"""Sentences for codes: each slice of pages has a module here with `SENTENCES`, code -> message id."""
