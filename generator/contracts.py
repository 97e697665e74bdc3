"""The contracts that the scripts declare, read by importing each script (they are standard library only)."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from shuntyard.contract import Contract
from shuntyard.errors import ShuntyardError


def load(root: Path) -> dict[str, Contract]:
    """Each `scripts/*.py` of the checkout, by its contract's name."""
    found = {}
    for path in sorted((root / "scripts").glob("*.py")):
        contract = _contract(path)
        if contract.script != f"scripts/{path.name}":
            raise ShuntyardError(
                f"{path.name} declares the contract {contract.name!r}",
                hint=f"a contract of that name lives in {contract.script}",
            )
        found[contract.name] = contract
    return found


def _contract(path: Path) -> Contract:
    name = f"shuntyard_script_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ShuntyardError(f"{path.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise ShuntyardError(f"{path.name} cannot be imported: {what}", hint="the script itself is at fault") from error
    contract = getattr(module, "CONTRACT", None)
    if not isinstance(contract, Contract):
        raise ShuntyardError(
            f"{path.name} declares no CONTRACT", hint="every file in scripts/ is one verb with a contract"
        )
    return contract
