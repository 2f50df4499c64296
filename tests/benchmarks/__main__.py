"""`python3 -m tests.benchmarks [NAME …] [--json]`: ratios, each measured in one run. Names: assess engine flat mail page scale."""

import argparse
import importlib
import json
import os
import platform
import sys

NAMES = ("engine", "flat", "scale", "page", "mail", "assess")


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all. Out: an exit code; 1 when one of them failed."""
    from web.bootstrap import ensure

    ensure("requirements-test.lock")
    parser = argparse.ArgumentParser(prog="python3 -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="engine, flat, scale, page, mail, assess; all when none is named",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    chosen = parser.parse_args(arguments)
    if unknown := [name for name in chosen.names if name not in NAMES]:
        parser.error(f"there is no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}.")
    from tests import run

    run.prepare()
    found: dict[str, dict[str, float]] = {}
    failed = []
    for name in chosen.names or NAMES:
        try:
            found[name] = importlib.import_module(f"tests.benchmarks.{name}").run()
        except Exception as problem:  # noqa: BLE001  the others may still be measured
            failed.append(name)
            print(f"{name}: {problem!r}", file=sys.stderr)
    if chosen.json:
        print(json.dumps(found, indent=1))
    else:
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        for name, figures in found.items():
            for key, figure in figures.items():
                print(f"{name}.{key}: {figure:.2f}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
