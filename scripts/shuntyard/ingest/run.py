"""The whole of an ingestion: inputs in, a folder with one result out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shuntyard.contract import Input, Value
from shuntyard.evidence import artifact_name
from shuntyard.ingest import facts as given
from shuntyard.ingest.combine import combine
from shuntyard.ingest.files import find
from shuntyard.ingest.formats import FORMATS
from shuntyard.ingest.record import make_record
from shuntyard.ingest.recordfile import write_record
from shuntyard.ingest.source import AUTO, read_all
from shuntyard.ingest.telling import describe
from shuntyard.result import ShardResult
from shuntyard.store.skips import label_counts

FILES = Input(name="files", help="Files, folders or patterns, one a line.")
INPUTS = (
    *given.INPUTS,
    Input(name="format", type="choice", choices=(AUTO, *FORMATS), help="What the files are.", default=AUTO),
    Input(
        name="again",
        type="choice",
        choices=("worst", "attempts"),
        help="What a case is that is told twice: run in each place, or tried again.",
        default="worst",
    ),
    Input(name="results", help="The folder for the result; empty takes one in the runner's own.", default=""),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What was made. `folder` holds the result; `artifact` is the name for it. `skips` counts skipped cases by label;
    `lines` say for a log what was read, `problems` which file could not be read whole and why."""

    record: ShardResult
    folder: Path
    artifact: str
    skips: Mapping[str, int]
    lines: tuple[str, ...]
    problems: tuple[str, ...]


def ingest(inputs: Mapping[str, Value], env: Mapping[str, str], base: Path) -> Ingested:
    """Reads the files, which are below `base`, and writes the result. Raises ShuntyardError for an input at fault."""
    facts = given.read_facts(inputs, env, base)
    named = find(given.file_words(str(inputs["files"])), base)
    sources, others = read_all(named, str(inputs["format"]))
    combined = combine(sources, "attempts" if inputs["again"] == "attempts" else "worst")
    record = make_record(facts, sources, combined)
    artifact = artifact_name(record.pipeline, facts.instance, facts.unit or record.key.row_id)
    folder = given.results_folder(str(inputs["results"]), env, artifact)
    write_record(folder, record)
    skips = label_counts(record.cases)
    return Ingested(
        record=record,
        folder=folder,
        artifact=artifact,
        skips=skips,
        lines=tuple(describe(sources, others, combined, record, skips)),
        problems=combined.problems,
    )
