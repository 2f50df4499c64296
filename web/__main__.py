"""`python3 -m web <command>`: install what the lock names on the first run, then do it."""

import sys


def main() -> int:
    """Out: the command's exit code."""
    from web.bootstrap import ensure

    ensure("requirements.lock")
    from web.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
