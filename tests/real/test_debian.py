"""What the long tests need is fetched by themselves; where it cannot be had they say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real import debian


def test_without_apt_it_is_said_what_is_missing_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAASA_TEST_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(debian.NotToBeHad, match=r"postfix.*apt.*by hand"):
        debian.unpacked("postfix")
    assert not list(tmp_path.rglob("complete")), "the next run tries again"


@pytest.mark.long
def test_a_package_nobody_has_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAASA_TEST_CACHE", str(tmp_path))
    with pytest.raises(debian.NotToBeHad, match="Unable to locate package kaasa-no-such"):
        debian.unpacked("kaasa-no-such")


@pytest.mark.long
def test_what_was_fetched_once_is_not_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = debian.unpacked("libical3")
    monkeypatch.setenv("PATH", "/nowhere")
    assert debian.unpacked("libical3").root == first.root
    assert first.library("libical.so.3").is_file()
