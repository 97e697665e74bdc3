"""The workflow that publishes an accelerator's packages, for its own repository.

An index trusts GitHub's identity of a workflow file, and cannot do so for a file that is called from another repository
(https://github.com/pypa/gh-action-pypi-publish#trusted-publishing): what uploads must stand in the caller's own.
"""

from __future__ import annotations

from typing import Any

from generator.backend_format import BackendFile
from generator.ladder.effective import effective
from generator.load import Toolkit
from generator.pipeline import Uses
from generator.targets import style
from generator.targets.github import GitHub
from shuntyard.errors import ShuntyardError

HEADER = """\
# Publishes packages once {pipeline} of {repository} has passed; made by `shuntyard caller {pipeline} --publish`.
# It is yours to change. Packages go from main to Test PyPI, whose upload address is the variable TEST_PYPI_URL, and
# from a published release to PyPI. Both trust this very file, with its environments; there is no password.
"""
DOWNLOAD, UPLOAD = "actions/download-artifact", "pypa/gh-action-pypi-publish"
ON_PUSH, ON_RELEASE = "github.event_name == 'push'", "github.event_name == 'release'"


def publisher_workflow(toolkit: Toolkit, backend: BackendFile) -> str:
    """The text of a workflow file. Raises ShuntyardError for a stage that publishes nothing, and for a missing pin."""
    stage = effective(backend.pipeline, backend.stages, backend.stage)
    if not stage.publishes:
        hint = f"set `packages: publish` in the stage{_where_it_is(backend)}"
        raise ShuntyardError(f"{backend.pipeline} publishes no packages at stage {backend.stage}", hint=hint)
    if missing := [name for name in (DOWNLOAD, UPLOAD) if name not in toolkit.pins]:
        raise ShuntyardError(f"{missing[0]} is not pinned", hint="pin it in matrices/pins.yml, by commit and version")
    own = toolkit.settings
    github, machine = GitHub(toolkit), _machine(toolkit)
    pythons = " ".join(map(str, backend.backend.python))
    build: dict[str, str] = {backend.backend.wheels: ".", "pythons": pythons}
    data = {
        "name": "publish",
        "on": {"push": {"branches": ["main"]}, "release": {"types": ["published"]}},
        "permissions": {},
        "concurrency": {"group": "publish-${{ github.event_name }}-${{ github.ref }}", "cancel-in-progress": False},
        "jobs": {
            "checks": {
                "permissions": {"contents": "read"},
                "uses": f"{own.repository}/.github/workflows/{backend.pipeline}.yml@{own.version}",
                "with": {"instance": "publish"},
            },
            "packages": {
                "needs": "checks",
                "runs-on": machine,
                "timeout-minutes": 60,
                "permissions": {"contents": "read"},
                "outputs": {"artifact": "${{ steps.build.outputs.wheels-artifact }}"},
                "steps": [
                    {"id": "build", "uses": f"{own.repository}/actions/build-packages@{own.version}", "with": build}
                ],
            },
            "test-pypi": _upload(
                github,
                machine,
                f"{ON_PUSH} && vars.TEST_PYPI_URL != ''",  # an upload without an address would go to PyPI
                "test-pypi",
                {"repository-url": "${{ vars.TEST_PYPI_URL }}", "skip-existing": True},  # main keeps its version
            ),
            "pypi": _upload(github, machine, ON_RELEASE, "pypi", {}),
        },
    }
    header = HEADER.format(repository=own.repository, pipeline=backend.pipeline)
    return header + style.dump_yaml(data, comments=github.comments())


def _machine(toolkit: Toolkit) -> str | list[str]:
    labels = list(toolkit.runners[toolkit.settings.hub].labels)
    return labels[0] if len(labels) == 1 else labels


def _upload(
    github: GitHub, machine: str | list[str], condition: str, environment: str, inputs: dict[str, Any]
) -> dict[str, Any]:
    uses = {name: github.uses(Uses(kind="marketplace", name=name)) for name in (DOWNLOAD, UPLOAD)}
    artifact = {"name": "${{ needs.packages.outputs.artifact }}", "path": "handover"}
    upload = {"uses": uses[UPLOAD], **({"with": inputs} if inputs else {})}
    return {
        "if": f"${{{{ {condition} }}}}",
        "needs": "packages",
        "runs-on": machine,
        "timeout-minutes": 15,
        "permissions": {"id-token": "write"},
        "environment": environment,
        "steps": [
            {"uses": uses[DOWNLOAD], "with": artifact},
            {"run": "mkdir dist && mv handover/*.whl handover/*.tar.gz dist/"},
            upload,
        ],
    }


def _where_it_is(backend: BackendFile) -> str:
    later = [str(item.stage) for item in backend.stages.ladder if item.packages == "publish"]
    return f"; there is {', '.join(later)}" if later else ""
