"""What the scripts for packages take."""

from __future__ import annotations

from shuntyard.contract import Input

BUILD = (
    Input(name="once", help="Folders of projects with one wheel for every Python.", default=""),
    Input(name="per-python", help="Folders of projects with a wheel for each Python.", default=""),
    Input(name="pythons", help="The versions to build for, such as '3.11 3.12'.", default="3.11"),
    Input(name="missing", type="choice", choices=("error", "skip"), help="A Python not here.", default="error"),
    Input(name="axes", help="What the wheels are for, such as rocm=7.2.0; names carry it.", default=""),
    Input(name="row-axes", help="Axes of the unit's row that count too, such as 'rocm'.", default=""),
    Input(
        name="naming",
        type="choice",
        choices=("local", "build", "none"),
        help="Where names carry the axes: 1.0+rocm7.2.0, -1rocm7.2.0-, or the project's own business.",
        default="local",
    ),
    Input(name="command", help="The project's own command instead; {pythons} and {rocm} are filled in.", default=""),
    Input(name="made", help="Where the command leaves its wheels.", default="dist/*.whl"),
    Input(name="platform", help="The platform to repair for, such as manylinux_2_28_x86_64.", default="auto"),
    Input(name="exclude", help="Libraries that machines must have, so that wheels need not.", default=""),
    Input(name="strip", type="boolean", help="Leave debug information out.", default="true"),
    Input(name="expect", help="What wheels must hold: 'project: module path/*.so', a project a line.", default=""),
    Input(name="without", help="Checks to leave out, such as pydistcheck.", default=""),
    Input(name="sdist", type="boolean", help="Hand over source distributions too.", default="false"),
    Input(name="constraints", help="A file of versions that pin what builds need.", default=""),
    Input(name="source-date", help="SOURCE_DATE_EPOCH in seconds; empty takes the commit's.", default=""),
    Input(name="image", help="A manylinux image by digest, to build in.", default=""),
    Input(name="engine", help="docker, podman, buildah or none; empty takes what is there.", default=""),
    Input(name="wheels", help="The folder to hand over.", default="wheelhouse"),
    Input(name="work", help="The folder for scratch files; empty takes the runner's temporary one.", default=""),
    Input(name="timeout-minutes", type="number", help="The longest that a step may take.", default="120"),
)

CHECK = (
    Input(
        name="packages",
        help="The folder with wheels and source distributions; a hand-over is verified.",
        default="dist",
    ),
    Input(
        name="pythons",
        help="The versions to install for; empty takes those that the wheels are tagged for.",
        default="",
    ),
    Input(name="missing", type="choice", choices=("error", "skip"), help="A Python not here.", default="error"),
    Input(name="imports", help="Modules to import; empty takes what lies at the top of the wheels.", default=""),
    Input(
        name="dependencies",
        type="choice",
        choices=("index", "folder", "none"),
        help="Where those come from: the index that pip is set up with, the folder alone, or not at all.",
        default="index",
    ),
    Input(name="same-version", type="boolean", help="All wheels have one version.", default="true"),
    Input(name="expect", help="What wheels must hold: 'project: module path/*.so', a project a line.", default=""),
    Input(name="exclude", help="Libraries that machines must have, so that wheels need not.", default=""),
    Input(name="without", help="Checks to leave out, such as pydistcheck or install.", default=""),
    Input(name="work", help="The folder for scratch files; empty takes the runner's temporary one.", default=""),
    Input(name="timeout-minutes", type="number", help="The longest that an installation may take.", default="30"),
)
