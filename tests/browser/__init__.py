"""The browser of the tests and what looks at pages through it."""
