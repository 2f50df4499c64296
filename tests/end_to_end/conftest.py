"""Fixtures of the browser tests; see tests/browser/pages.py."""

from tests.browser.pages import axe, browser, nu_check, page_for, server

__all__ = ["axe", "browser", "nu_check", "page_for", "server"]
