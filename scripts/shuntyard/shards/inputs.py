"""What plan-shards takes and gives."""

from __future__ import annotations

from shuntyard.contract import Input, Output

_LIST = "a path or an https address; one that cannot be fetched counts as empty, and a warning says so"

INPUTS = (
    Input(name="scope", help="A shipped scope, or a compiled one (a path that ends in .json).", default="spyre"),
    Input(name="share", help="How many percent of the tests in scope are enabled.", type="number", default="100"),
    Input(name="tests", help="A file with one test a line, or the folder of the tests.", default=""),
    Input(name="durations", help=f"Seconds per test as PyTorch's test-times.json: {_LIST}.", default=""),
    Input(name="hardware", help="What the tests run on; only its durations count.", default="spyre"),
    Input(name="borrow", help="Durations of other hardware where none is known: 'cpu*1.5'.", default=""),
    Input(name="cards", help="How many cards there are.", type="number", default="1"),
    Input(name="cards-per-job", help="How many of them one job has.", type="number", default="1"),
    Input(
        name="fewest-jobs",
        help="Use no more jobs than reach the same makespan; each costs its set-up, but leaves less room for errors.",
        type="boolean",
        default="false",
    ),
    Input(name="split-seconds", help="A longer test file is cut into parts.", type="number", default="600"),
    Input(
        name="matrix",
        help="The rows, in PyTorch's shape: {include: [{config, runner, ...}]}.",
        type="json",
        default='{"include": [{"config": "default"}]}',
    ),
    Input(name="configs", help="Configurations to run, separated by spaces or commas; empty runs all.", default=""),
    Input(name="labels", help="Labels, one a line, in place of those of the pull request.", default=""),
    Input(name="periodic", help="Whether the periodic modes run.", type="boolean", default="false"),
    Input(name="workflow", help="The workflow's name in lists of jobs; empty takes this one's.", default=""),
    Input(name="job", help="The job's name in lists of jobs, as PLATFORM / JOB.", default=""),
    Input(name="disabled-jobs", help=f"Jobs that are disabled: {_LIST}.", default=""),
    Input(name="unstable-jobs", help=f"Jobs that are unstable: {_LIST}.", default=""),
    Input(name="disabled-tests", help=f"Cases that are disabled: {_LIST}.", default=""),
    Input(name="platforms", help="What counts as here in the platforms of disabled tests.", default="linux"),
    Input(name="issues", help="The repository whose issues disable tests; empty means this one.", default=""),
    Input(name="quarantine", help="The folder of quarantined cases, such as matrices/quarantine.", default=""),
    Input(name="pipeline", help="The pipeline that this is part of.", default="tests"),
    Input(name="instance", help="The name of this call, where one run calls the pipeline twice.", default=""),
    Input(name="plan", help="The folder for the plan; empty takes one in the runner's own.", default=""),
)
OUTPUTS = (
    Output(name="matrix", help="The jobs, as JSON for fromJSON(); each has its index in the plan."),
    Output(name="count", help="How many jobs there are."),
    Output(name="plan", help="The folder with the plan, to upload as an artifact."),
    Output(name="artifact", help="The name for the artifact that the folder becomes."),
    Output(name="enabled", help="How many test files are enabled."),
    Output(name="makespan-seconds", help="How long the fullest card is expected to take."),
    Output(name="bound-seconds", help="What no plan of these pieces on as many cards could beat."),
    Output(name="reasons", help="How many tests and rows each reason leaves out, as JSON."),
    Output(name="flags", help="Which flags the pull request sets, as JSON."),
    Output(name="reenabled-issues", help="The issues that this change says it mends, separated by commas."),
    Output(name="unstable", help="Whether the job is unstable as a whole: true or false."),
    Output(name="notes", help="What a reader must know, such as a list that was away, as JSON."),
)
