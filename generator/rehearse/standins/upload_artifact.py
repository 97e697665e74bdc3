"""actions/upload-artifact: files → an artifact of this rehearsal."""

from __future__ import annotations

from pathlib import Path

from generator.rehearse.standins import search, store
from generator.rehearse.standins.step import Step, fail, not_exercised, this, warn


def main() -> int:
    step = this()
    overwrite, hidden = step.flag("overwrite"), step.flag("include-hidden-files")
    if step.inputs.get("archive", "true") == "false":
        not_exercised("upload-artifact with archive: false")
    if not step.inputs.get("path", "").strip():
        fail("Input required and not supplied: path")
    patterns = search.parse(step.inputs["path"], step.workspace, Path.home())
    files, root = search.find(patterns, hidden=hidden)
    if not files:
        return _nothing(step)
    name = step.inputs.get("name") or "artifact"
    try:
        digest = store.save(step.folder, name, files, root, overwrite=overwrite)
    except store.Refused as refused:
        fail(str(refused))
    print(f"{len(files)} file{'' if len(files) == 1 else 's'} below {root} are the artifact {name}")
    step.output("artifact-id", str(store.number(step.folder, name)))
    step.output("artifact-url", (step.folder / store.FOLDER / name).as_uri())
    step.output("artifact-digest", digest)
    return 0


def _nothing(step: Step) -> int:
    message = f"No files were found with the provided path: {step.inputs['path']}. No artifacts will be uploaded."
    match step.inputs.get("if-no-files-found") or "warn":
        case "error":
            fail(message)
        case "ignore":
            print(message)
        case "warn":
            warn(message)
        case other:
            fail(f"Unrecognized if-no-files-found input: {other}; one of error, ignore, warn")
    return 0
