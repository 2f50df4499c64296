"""Write the next revision from what the tables are now.

    python3 -m processes.migrations "why the tables change"

Read what it wrote before committing: Alembic does not see a changed partial index or an extra check. Before
the first release the one revision may be written anew: delete it, then run the command again.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command

from processes.migrate import VERSIONS, opened, revisions, upgrade


def main(message: str) -> int:
    """Write a revision against a fresh SQLite database. Out: the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'fresh.db'}"
        if revisions():
            upgrade(url)
        with opened(url) as config:
            number = f"{len(revisions()) + 1:04d}"
            command.revision(config, message=message, autogenerate=True, rev_id=number)
    for tool in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *tool, str(VERSIONS)], check=False)  # noqa: S603  our own tools
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
