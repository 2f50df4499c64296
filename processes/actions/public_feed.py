"""Feeds anyone may follow: what has happened in a case, or in all cases, as Atom (RFC 4287).

Sentences are the page's business: an entry's title comes from the wording function given by the caller.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree
from sqlmodel import Session, col, select

from processes import municipality as municipalities
from processes.actions.intake import public_case
from processes.actions.public_story import Happening, story
from processes.consultation import Consultation, text_of

ATOM = "http://www.w3.org/2005/Atom"
XML = "http://www.w3.org/XML/1998/namespace"
ENTRIES = 50
NEVER = datetime(2020, 1, 1, tzinfo=UTC)

Say = Callable[[Happening], tuple[str, str]]
"""From a happening to its title and its sentence, in the reader's language."""


@dataclass(frozen=True)
class Site:
    """Where this installation stands: its address without a slash at the end, whom its letters come from."""

    base_url: str
    language: str
    sender: str

    def page(self, *parts: str) -> str:
        return "/".join([self.base_url, self.language, *parts])


def case_feed(
    session: Session, municipality_id: str, number: str, site: Site, say: Say, *, now: datetime
) -> bytes:
    """What has happened in a case, the newest first. Errors: NotFound."""
    case = public_case(session, municipality_id, number)
    home = site.page("case", number)
    title = text_of(session, case, site.language).title
    owner = municipalities.get(session, municipality_id).name
    head = _Head(_tag(municipality_id, case.id), title, owner, home, f"{home}/feed.atom")
    return _feed(head, [(case, it) for it in _past(session, case, now)], site, say)


def front_feed(
    session: Session, municipality_id: str, title: str, site: Site, say: Say, *, now: datetime
) -> bytes:
    """What has happened in every public case, the newest first."""
    query = select(Consultation).where(
        Consultation.municipality_id == municipality_id, col(Consultation.published_at).is_not(None)
    )
    newest = session.exec(query.order_by(col(Consultation.published_at).desc()).limit(ENTRIES)).all()
    owner = municipalities.get(session, municipality_id).name
    head = _Head(_tag(municipality_id, "all"), title, owner, site.page(""), site.page("feed.atom"))
    return _feed(head, [(case, it) for case in newest for it in _past(session, case, now)], site, say)


def _past(session: Session, case: Consultation, now: datetime) -> list[Happening]:
    return [it for it in story(session, case) if it.at <= now]


@dataclass(frozen=True)
class _Head:
    id: str
    title: str
    author: str
    page: str
    itself: str


def _feed(head: _Head, entries: list[tuple[Consultation, Happening]], site: Site, say: Say) -> bytes:
    entries = sorted(entries, key=lambda it: _changed(it[1]), reverse=True)[:ENTRIES]
    root = etree.fromstring(f'<feed xmlns="{ATOM}"/>')
    root.set(f"{{{XML}}}lang", site.language)
    _add(root, "id", head.id)
    _add(root, "title", head.title)
    _add(root, "updated", _rfc3339(max((_changed(it) for _, it in entries), default=NEVER)))
    _add(etree.SubElement(root, f"{{{ATOM}}}author"), "name", head.author)
    _link(root, "self", head.itself, "application/atom+xml")
    _link(root, "alternate", head.page, "text/html")
    for case, happening in entries:
        _entry(root, case, happening, site, say)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _entry(root: etree._Element, case: Consultation, happening: Happening, site: Site, say: Say) -> None:
    entry = etree.SubElement(root, f"{{{ATOM}}}entry")
    title, summary = say(happening)
    _add(entry, "id", _tag(case.municipality_id, happening.id))
    _add(entry, "title", title)
    _add(entry, "published", _rfc3339(happening.at))
    _add(entry, "updated", _rfc3339(_changed(happening)))
    _add(entry, "summary", summary)
    _link(entry, "alternate", site.page("case", case.number), "text/html")


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _link(parent: etree._Element, rel: str, href: str, kind: str) -> None:
    link = etree.SubElement(parent, f"{{{ATOM}}}link")
    link.set("rel", rel)
    link.set("type", kind)
    link.set("href", href)


def _tag(municipality_id: str, identity: str) -> str:
    """An id for life (RFC 4151), whatever address the installation moves to."""
    return f"tag:kaasa,2026:{municipality_id}:{identity}"


def _changed(happening: Happening) -> datetime:
    return max(happening.at, happening.changed_at or happening.at)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
