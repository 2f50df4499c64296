"""Findings: what in a process folder would misrun, each with the element and the remedy."""

from __future__ import annotations

from engine.errors import Finding
from engine.process import Files
from engine.service import Services


def check_files(files: Files, services: Services | None = None) -> list[Finding]:
    """Out: the findings of a folder already read."""
    return []
