"""What we write for people holds: links lead somewhere, records are listed, files stay short or say why."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HOSTS = [
    ".".join(it)
    for it in [("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"), ("yarnpkg", "com")]
]
MACHINE = re.compile(r"(?<![\w.}/$-])/(?:work|root|home/\w+|Users/\w+)/")
LONGEST, LONGEST_TEST = 300, 600  # a test file is a list of promises, read from any of them
LONGER = {
    "engine/advance.py": "one step from thawing to saving; its order is its meaning",
    "engine/feel/grammar.py": "one rule of the grammar after the other",
    "engine/ledger.py": "every statement of a save in one place, so that locks are taken in one order",
    "engine/runtime.py": "the engine's verbs, one after the other, as its callers read them",
    "engine/spiff/machine.py": "the one face of the library; splitting it would open a second door",
    "processes/alike.py": "likeness from the text to the groups, each step proved by the one before it",
    "processes/actions/incident.py": "what is told of an incident, and every deed of a person on it",
    "processes/actions/inbound_triage.py": "every deed a person may do with one mail",
    "processes/actions/summary_hearing.py": "what members remark and associations ask to say, heard on one page",
    "processes/migrations/versions/0001_the_first_tables.py": "written by Alembic",
    "processes/migrations/versions/0006_opinions_are_split_grouped_and_answered_.py": "written by Alembic",
    "processes/words.py": "the fixed words of letters in four languages, one table after the other",
    "processes/summary_facts.py": "every count of the committee's page as a statement, side by side",
    "web/summary_words.py": "every sentence of the committee's page",
}


def committed(*patterns: str) -> list[str]:
    """The committed files that are on disk, as paths from the root."""
    told = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True
    ).stdout
    return [it for it in told.decode().split("\0") if it and (ROOT / it).is_file()]


DOCUMENTS = [it for it in committed("*.md") if "/letters/" not in it]


def without_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_between_documents_leads_to_a_file(name: str) -> None:
    for link in LINK.findall(without_code((ROOT / name).read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:|#", link):
            continue
        path, _, anchor = link.partition("#")
        goal = (ROOT / name).parent / path
        assert goal.exists(), f"{name} links to {link}, which is not there"
        assert not anchor or f"# {anchor}\n" in goal.read_text(encoding="utf-8").lower()


def test_no_committed_file_names_a_registry_or_a_place_on_one_machine() -> None:
    for name in committed():
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        assert not [host for host in HOSTS if host in text], f"{name} names a registry"
        assert not MACHINE.search(text), f"{name} names a place on one machine: {MACHINE.search(text)}"


def test_the_readme_names_the_commands_and_shows_what_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(it in text for it in ("python3 -m web demo", "python3 -m tests", "python3 -m tests --long"))
    seen = {name: LINK.findall((ROOT / name).read_text(encoding="utf-8")) for name in DOCUMENTS}
    shown = {Path(link).name for links in seen.values() for link in links if "images/" in link}
    there = committed("docs/images/*")
    assert shown == {Path(it).name for it in there}, "a picture is shown nowhere, or is not there"
    assert all((ROOT / it).stat().st_size < 250_000 for it in there)


def test_every_decision_is_listed_under_its_own_title() -> None:
    index = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    records = [it for it in committed("docs/decisions/*.md") if not it.endswith("README.md")]
    for name in records:
        number, title = (
            (ROOT / name).read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(" · ")
        )
        assert f"[{number}]({Path(name).name}) | {title} |" in index, (
            f"{name} is not in docs/decisions/README.md"
        )


def test_a_long_python_file_says_why_it_is_long() -> None:
    lengths = {it: len((ROOT / it).read_text(encoding="utf-8").splitlines()) for it in committed("*.py")}
    for name, length in lengths.items():
        allowed = LONGEST_TEST if name.startswith("tests/") else LONGEST
        assert length <= allowed or name in LONGER, (
            f"{name} has {length} lines; split it, or say why in LONGER"
        )
    assert set(LONGER) <= set(lengths), "LONGER names files that are gone"
