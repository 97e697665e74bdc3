"""The way into every script: inputs in, outputs out, faults told, exit codes kept."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shuntyard import wire
from shuntyard.ci import github
from shuntyard.console import accept_any_text
from shuntyard.contract import Contract, Value, parse
from shuntyard.errors import EXIT_BUG, EXIT_GOOD, EXIT_INTERRUPTED, ProblemsFound, ShuntyardError

if TYPE_CHECKING:  # argparse and traceback take 25 ms to import; a job on a runner needs neither
    import argparse


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a script hands back: its outputs by name, and its exit code."""

    outputs: Mapping[str, str] = field(default_factory=dict)
    exit_code: int = EXIT_GOOD


Run = Callable[[dict[str, Value], Mapping[str, str]], Done]


def main(contract: Contract, run: Run) -> int:
    """Reads the inputs, calls `run(inputs, environment)`, writes its outputs; returns the process's exit code.

    A script's last line is `sys.exit(main(CONTRACT, run))`.
    """
    accept_any_text()
    return call(contract, run, sys.argv[1:], os.environ)


def call(contract: Contract, run: Run, argv: Sequence[str], env: Mapping[str, str]) -> int:
    """As `main`, with the command line and the environment as arguments."""
    given = vars(_parser(contract).parse_args(argv)) if argv else {}
    if given.get("contract"):
        print(json.dumps(wire.encode(contract), indent=2))
        return EXIT_GOOD
    in_ci = bool(env.get("GITHUB_ACTIONS"))
    try:
        with contextlib.redirect_stdout(sys.stderr if given.get("json") else sys.stdout):
            done = run(parse(contract, _texts(contract, given, env)), env)
        github.write_outputs(env, done.outputs)
        if given.get("json"):
            print(json.dumps(dict(done.outputs), indent=2))
        return done.exit_code
    except ShuntyardError as error:
        _tell(error, in_ci)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except Exception:
        import traceback  # noqa: PLC0415

        traceback.print_exc()
        print(f"this is a bug in Shuntyard ({contract.script}); please report it with the lines above", file=sys.stderr)
        return EXIT_BUG


def _texts(contract: Contract, given: Mapping[str, Any], env: Mapping[str, str]) -> dict[str, str]:
    texts = {}
    for item in contract.inputs:
        text = None if item.secret else given.get(item.name.replace("-", "_"))
        texts[item.name] = env.get(item.variable, "") if text is None else text
    return texts


def _parser(contract: Contract) -> argparse.ArgumentParser:
    import argparse  # noqa: PLC0415

    exits = "\n".join(f"  {code:<4}{meaning}" for code, meaning in sorted(contract.exits.items()))
    parser = argparse.ArgumentParser(
        prog=contract.script,
        description=contract.summary,
        epilog=f"exit codes:\n{exits}\n\n{_environment_note(contract)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    for item in (item for item in contract.inputs if not item.secret):
        default = "required" if item.default is None else f"default: {item.default!r}"
        choices = f"; one of {', '.join(item.choices)}" if item.choices else ""
        text = f"{item.help} ({default}{choices})".replace("%", "%%")
        parser.add_argument(f"--{item.name}", metavar=item.type.upper(), help=text)
    parser.add_argument("--json", action="store_true", help="print the outputs as JSON, and all else to stderr")
    parser.add_argument("--contract", action="store_true", help="print what this script takes and gives, as JSON")
    return parser


def _environment_note(contract: Contract) -> str:
    options = [item for item in contract.inputs if not item.secret]
    secrets = [f"{item.variable} ({item.help})" for item in contract.inputs if item.secret]
    notes = [f"Each option is also read from the environment, as --{o.name} from {o.variable}." for o in options[:1]]
    notes += [f"Secrets are read from the environment only: {', '.join(secrets)}"] if secrets else []
    return "\n".join(notes)


def _tell(error: ShuntyardError, in_ci: bool) -> None:
    if isinstance(error, ProblemsFound):
        for problem in error.problems:
            line = f"{problem.where()}: {problem.message}" + (f" ({problem.hint})" if problem.hint else "")
            print(github.annotate_problem(problem) if in_ci else line, file=sys.stderr)
        return
    text = error.message + (f"\n{error.hint}" if error.hint else "")
    print(github.annotation("error", text) if in_ci else f"error: {text}", file=sys.stderr)
