"""Which kinds of consultation there are: every folder under `bpmn/` with a `process.toml`, and no Python."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.folder import read_folder
from engine.manifest import Manifest, read_manifest
from processes.errors import NotFound

FOLDER = Path(__file__).parents[1] / "bpmn"


@dataclass(frozen=True)
class Kind:
    """A kind of consultation: its key is its folder's name, its title is in Estonian."""

    manifest: Manifest
    folder: Path

    @property
    def key(self) -> str:
        return self.manifest.key

    @property
    def title(self) -> str:
        return self.manifest.title

    def files(self) -> Mapping[str, str]:
        """Its texts as they are on disk now, with what it uses from `shared`. Errors: FolderRefused."""
        return read_folder(self.folder)


def kinds(folder: Path = FOLDER) -> list[Kind]:
    """Every kind, by title. Errors: ManifestRefused."""
    manifests = sorted(folder.glob("*/process.toml"))
    found = [Kind(read_manifest(it.read_text(encoding="utf-8")), it.parent) for it in manifests]
    return sorted(found, key=lambda kind: kind.title)


def kind(key: str, folder: Path = FOLDER) -> Kind:
    """One kind by its key. Errors: NotFound, which names those there are."""
    every = kinds(folder)
    for found in every:
        if found.key == key:
            return found
    raise NotFound(f"There is no kind {key!r}; there are {', '.join(it.key for it in every)}.")
