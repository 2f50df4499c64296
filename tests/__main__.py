"""`python3 -m tests [--long] [pytest arguments]`: install everything, then run everything."""

import sys


def main(arguments: list[str]) -> int:
    """Run lint, types, import contracts, the process check and pytest. Out: an exit code."""
    from web.bootstrap import ensure

    ensure("requirements-test.lock")
    from tests import run

    return run.everything(arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
