"""What a task says of itself in a language, and what its case's terms say of it; kept in memory.

A definition never changes and a case's terms are frozen at its launch, so both are read once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlmodel import Session, col, select

from engine.definition import Definition
from processes.consultation import Consultation

KNOWN_FOR_SURE = "C"


@dataclass(frozen=True)
class TaskWords:
    """A drawn task: its name, why it is done, the law behind it, its term's key and its special page."""

    name: str
    why: str
    basis: str
    term: str
    page: str


@dataclass(frozen=True)
class Basis:
    """Where a term comes from and whether anyone has checked it against the law in force."""

    source: str = ""
    period: str = ""
    certainty: str = ""

    @property
    def sure(self) -> bool:
        return self.certainty == KNOWN_FOR_SURE


_WORDS: dict[tuple[str, str, str], TaskWords] = {}


def words_of(definition: Definition, path: str, language: str) -> TaskWords:
    """What a task at a path says. Errors: KeyError when nothing is drawn there."""
    key = (definition.digest, path, language)
    found = _WORDS.get(key)
    if found is None:
        text = definition.text_of(path, language)
        drawn = definition.process.locate(path)[1].properties
        found = _WORDS[key] = TaskWords(
            name=" ".join(text.name.split()),
            why=" ".join(text.documentation.split()),
            basis=definition.translate(drawn.get("basis", ""), language),
            term=drawn.get("term", ""),
            page=drawn.get("page", ""),
        )
    return found


class CaseTerms:
    """The frozen terms of launched cases, each asked for once."""

    def __init__(self) -> None:
        self._read = lru_cache(maxsize=4096)(_Kept)

    def of(
        self, session: Session, municipality_id: str, consultation_ids: set[str]
    ) -> dict[str, Mapping[str, Any]]:
        """The terms of each case, by its id."""
        kept = {case_id: self._read(municipality_id, case_id) for case_id in consultation_ids}
        missing = [case_id for case_id, it in kept.items() if it.terms is None]
        if missing:
            query = select(Consultation).where(
                Consultation.municipality_id == municipality_id, col(Consultation.id).in_(missing)
            )
            for case in session.exec(query):
                kept[case.id].terms = case.frozen_terms()
        return {case_id: it.terms or {} for case_id, it in kept.items()}


class _Kept:
    """A case's terms once they have been read."""

    def __init__(self, municipality_id: str, consultation_id: str) -> None:
        self.key = (municipality_id, consultation_id)
        self.terms: Mapping[str, Any] | None = None


TERMS = CaseTerms()


def basis_of(terms: Mapping[str, Any], key: str) -> Basis:
    """What stands behind a term of a case; nothing when the case has no such term."""
    row = terms.get(key)
    if not isinstance(row, Mapping):
        return Basis()
    return Basis(str(row.get("source", "")), str(row.get("period", "")), str(row.get("certainty", "")))
