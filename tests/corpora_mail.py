"""`python3 -m tests.corpora_mail FOLDER`: how many of the bounces in a folder are known as such.

Made for github.com/sisimai/set-of-emails (BSD-2-Clause), which is kept outside this repository. Its folder `not`
holds no bounces. Figures of 2026-11: see docs/decisions/0020.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from notifications.inbound.classify import classify


def run(folder: Path) -> int:
    """Print the figures. Out: 0 when at least 90 % are recognised and none is an opinion, else 1."""
    kinds: Counter[str] = Counter()
    with_recipient = 0
    files = [path for path in sorted(folder.rglob("*.eml")) if path.parent.name != "not"]
    for path in files:
        read = classify(path.read_bytes())
        kinds[read.kind] += 1
        with_recipient += any(row.recipient for row in read.bounces)
        if read.kind not in {"bounce", "auto_reply", "receipt"}:
            print(f"{path.relative_to(folder)}: {read.kind} ({', '.join(read.reasons)})")
    known = kinds["bounce"]
    print(f"{len(files)} mails: {dict(kinds)}")
    print(f"recognised {known / len(files):.1%}, with the recipient {with_recipient / len(files):.1%}")
    return 0 if files and known >= 0.9 * len(files) and not kinds["opinion"] else 1


if __name__ == "__main__":
    raise SystemExit(run(Path(sys.argv[1])))
