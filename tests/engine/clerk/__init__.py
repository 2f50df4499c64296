"""Service functions for the engine's own tests: a package as `processes.services` is one."""
