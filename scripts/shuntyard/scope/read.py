"""Compiled scopes (matrices/scopes/*.json): the files that scripts read instead of YAML."""

from __future__ import annotations

import json
from pathlib import Path

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.scope.model import SCHEMA, Scope


def read_scope(shipped: Path, named: str) -> Scope:
    """The scope in the file `named` (a path that ends in .json), else the one of that name in the folder `shipped`.

    Raises ShuntyardError when there is none, or it is not one that this version reads.
    """
    path = Path(named) if named.endswith(".json") else shipped / f"{named}.json"
    known = sorted(file.stem for file in shipped.glob("*.json"))
    if not named.endswith(".json") and named not in known:
        raise ShuntyardError(f"there is no scope {named!r}", hint=f"shipped are {', '.join(known) or 'none'}")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        scope = wire.decode(Scope, {key: data[key] for key in data if key != "$comment"})
    except OSError as error:
        raise ShuntyardError(f"{named!r} cannot be read: {error.strerror}", hint="`make render` writes it") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise ShuntyardError(f"{named!r} is no compiled scope: {error}", hint="render it again") from error
    if scope.schema != SCHEMA:
        message = f"{named!r} has schema {scope.schema}, this version of Shuntyard reads {SCHEMA}"
        raise ShuntyardError(message, hint="render it again")
    names = {priority.name for priority in scope.priorities}
    for rule in (*scope.rules, scope.otherwise):
        if rule.scope == "in" and rule.priority not in names:
            raise ShuntyardError(f"{named!r} names the unknown priority {rule.priority!r}", hint="render it again")
    return scope
