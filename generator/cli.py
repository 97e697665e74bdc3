"""`shuntyard`, also `python -m generator`: parses the command line, calls one verb, tells faults, keeps exit codes."""

from __future__ import annotations

import argparse
import errno
import importlib
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from generator.commands import Verb
from generator.problems import show
from shuntyard.console import accept_any_text
from shuntyard.errors import EXIT_BUG, EXIT_INTERRUPTED, EXIT_USAGE, ProblemsFound, ShuntyardError

VERBS = (
    "render",
    "check",
    "rows",
    "rehearse",
    "caller",
    "compile",
    "demo",
    "history",
    "dashboard",
    "status",
    "rollout",
    "alerts",
    "verdict",
    "ingest",
    "stage",
    "scope",
    "durations",
)

OUTSIDE = (errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EROFS, errno.EDQUOT)  # the machine's fault, not a bug

EXITS = """exit codes:
  0    good
  1    problems or failures were found
  2    wrong usage or configuration
  3    a bug in Shuntyard
  130  interrupted
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line; returns the exit code."""
    accept_any_text()
    style = "text"
    try:
        arguments = _parse(list(sys.argv[1:] if argv is None else argv))
        style = getattr(arguments, "format", style)
        return _verb(arguments.verb).run(arguments)
    except ProblemsFound as found:
        show(found.problems, style, sys.stdout)
        return found.exit_code
    except ShuntyardError as error:
        print(f"shuntyard: {error.message}" + (f"\n  {error.hint}" if error.hint else ""), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("shuntyard: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return EXIT_INTERRUPTED
    except Exception as error:
        if isinstance(error, OSError) and error.errno in OUTSIDE:
            print(f"shuntyard: {error.filename or 'the output'}: {error.strerror}", file=sys.stderr)
            return EXIT_USAGE
        traceback.print_exc()
        print("shuntyard: this is a bug; please report it with the lines above", file=sys.stderr)
        return EXIT_BUG


def _verb(name: str) -> Verb:
    return cast(Verb, importlib.import_module(f"generator.commands.{name}"))


def _parse(argv: list[str]) -> argparse.Namespace:
    """Only the verb that is asked for is imported: `rows` does not wait for what `rehearse` needs."""
    parser = argparse.ArgumentParser(
        prog="shuntyard",
        description="YAML matrices become workflows that other repositories call, run here before they are pushed.",
        epilog=EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    wanted = next((word for word in argv if not word.startswith("-")), None)
    for name in VERBS:
        if wanted in VERBS and name != wanted:
            verbs.add_parser(name)
            continue
        verb = _verb(name)
        formatter = argparse.RawDescriptionHelpFormatter
        child = verbs.add_parser(
            name,
            help=verb.SUMMARY,
            description=verb.SUMMARY,
            epilog=f"{verb.EPILOG}\n{EXITS}",
            formatter_class=formatter,
            allow_abbrev=False,
        )
        verb.configure(child)
        child.add_argument(
            "--root",
            type=Path,
            default=Path(__file__).resolve().parent.parent,
            metavar="DIR",
            help="the toolkit's checkout (default: the one this program is in)",
        )
    return parser.parse_args(argv)
