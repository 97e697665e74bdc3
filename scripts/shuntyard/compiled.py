"""Compiled matrices (matrices/compiled/*.json): the files that runners read instead of YAML."""

from __future__ import annotations

import json
from pathlib import Path

from shuntyard import wire
from shuntyard.errors import ShuntyardError
from shuntyard.plan import SCHEMA, CompiledPipeline


def read_compiled(shipped: Path, *, name: str = "", path: str = "") -> CompiledPipeline:
    """The compiled matrix in the file `path`, else the one called `name` in the folder `shipped`.

    Raises ShuntyardError when there is none, or it is not one that this version reads.
    """
    known = {file.stem: file for file in shipped.glob("*.json")}
    if not path and not name:
        raise ShuntyardError("neither a pipeline nor a matrix file is named", hint="pass `pipeline:` or `matrix:`")
    if not path and name not in known:
        raise ShuntyardError(f"there is no pipeline {name!r}", hint=f"shipped are {', '.join(sorted(known))}")
    try:
        data = json.loads((Path(path) if path else known[name]).read_text(encoding="utf-8"))
        pipeline = wire.decode(CompiledPipeline, {key: data[key] for key in data if key != "$comment"})
    except OSError as error:
        raise ShuntyardError(f"{path!r} cannot be read: {error.strerror}", hint="compile-matrix writes it") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise ShuntyardError(f"{path or name!r} is no compiled matrix: {error}", hint="render it again") from error
    if pipeline.schema != SCHEMA:
        message = f"{path or name!r} has schema {pipeline.schema}, this version of Shuntyard reads {SCHEMA}"
        raise ShuntyardError(message, hint="render it again")
    return pipeline
