"""The front door: pages, sign-in, command line and the place where everything is put together."""
