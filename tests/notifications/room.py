"""How much memory something takes at its highest."""

from __future__ import annotations

import ctypes
import gc
import resource
import sys
from collections.abc import Callable
from pathlib import Path

OWN = Path("/proc/self")


def taken(act: Callable[[], object]) -> float:
    """Out: MB that this process grew by, at its highest, while it acted (on Linux; elsewhere beyond its own record)."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)  # what was given back before must not hide what is taken now
        (OWN / "clear_refs").write_text("5")  # the record begins anew (proc(5))
    before = _highest()
    act()
    return _highest() - before


def _highest() -> float:
    if sys.platform == "linux":
        line = next(it for it in (OWN / "status").read_text().splitlines() if it.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
