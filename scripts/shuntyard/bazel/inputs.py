"""What run-bazel takes: one list, from which its command line, its action and its reference page are made."""

from __future__ import annotations

from shuntyard.contract import Input

CERT, KEY = "RBE_CI_CERT", "RBE_CI_KEY"
_ROW = "{axis} stands for the row's own value"
_FREE = "{checkout} stands for the folder of the checkouts, {axis} for the row's own value"

INPUTS = (
    Input(name="unit", type="json", help="toJSON(matrix.plan): one row.", default="null"),
    Input(name="pipeline", help="The pipeline that the row belongs to.", default=""),
    Input(name="instance", help="The name of this call, where one run calls the pipeline twice.", default=""),
    Input(name="working-directory", help="The Bazel workspace, inside the checkout.", default="."),
    Input(name="bazel", help="The program; empty takes bazelisk, else bazel.", default=""),
    Input(name="startup-options", help=f"Options before Bazel's command, one a line; {_FREE}.", default=""),
    Input(name="extra-rc", help="A file of more .bazelrc lines, inside the checkout.", default=""),
    Input(name="image", help=f"The image to run in, name@sha256:…; empty runs on the machine; {_ROW}.", default=""),
    Input(
        name="image-platform",
        help="The container-image of RBE's platform, or the file in the checkout that declares it; has image's digest.",
        default="",
    ),
    Input(
        name="engine",
        type="choice",
        choices=("auto", "docker", "podman", "buildah", "none"),
        help="What runs the image; none runs on the machine.",
        default="auto",
    ),
    Input(name="container-options", help="Options of the engine, one a line: --device=/dev/kfd.", default=""),
    Input(name="container-python", help="The Python, 3.10 or newer, inside the image.", default="python3"),
    Input(name="wheelhouse", help="The wheels' folder inside the checkout; in a container it is memory.", default=""),
    Input(
        name="wheel-command",
        help=f"Commands that build the wheels, one a line; {{bazelrc}} is the options' file; {_FREE}.",
        default="",
    ),
    Input(name="build-targets", help=f"Targets to build before the tests, one a line; {_ROW}.", default=""),
    Input(
        name="targets", help=f"Targets to test, one a line; -//x leaves out; empty: the suite's; {_ROW}.", default=""
    ),
    Input(name="tag-filters", help=f"--test_tag_filters, such as gpu,-manual; {_ROW}.", default=""),
    Input(name="bazel-configs", help=f"Names for --config, for builds and tests; {_ROW}.", default=""),
    Input(name="test-configs", help=f"Names for --config, for tests alone; {_ROW}.", default=""),
    Input(name="bazel-options", help=f"More options for builds and tests, one a line; {_FREE}.", default=""),
    Input(name="test-options", help=f"More options for tests alone, one a line; {_FREE}.", default=""),
    Input(name="keep-going", type="boolean", help="--keep_going for the tests.", default="true"),
    Input(name="jobs", help="--jobs, such as 200; empty leaves it to Bazel.", default=""),
    Input(name="local-test-jobs", help="--local_test_jobs; empty leaves it to Bazel.", default=""),
    Input(name="test-timeout", help="--test_timeout in seconds: one, or short,moderate,long,eternal.", default=""),
    Input(name="flaky-attempts", help="--flaky_test_attempts; empty leaves it to Bazel.", default=""),
    Input(
        name="test-sharding",
        type="choice",
        choices=("bazel", "explicit", "disabled"),
        help="--test_sharding_strategy; bazel leaves it to Bazel.",
        default="bazel",
    ),
    Input(name="spawn-strategy", help="--spawn_strategy, such as remote or local.", default=""),
    Input(name="test-strategy", help="--strategy=TestRunner=…, such as remote,local.", default=""),
    Input(name="remote-executor", help="Where actions run: grpcs://host:443; empty runs them here.", default=""),
    Input(name="remote-cache", help="The cache, where the executor is not it.", default=""),
    Input(name="remote-instance", help="--remote_instance_name.", default=""),
    Input(name="remote-properties", help="--remote_default_exec_properties, name=value each.", default=""),
    Input(name="remote-timeout", help="--remote_timeout in seconds.", default=""),
    Input(name="bes-backend", help="--bes_backend: where build events go.", default=""),
    Input(name="bes-results-url", help="--bes_results_url: where people look at them.", default=""),
    Input(
        name="unreachable",
        type="choice",
        choices=("fail", "local"),
        help="What to do without the remote executor: fail at once, or run here and say so.",
        default="fail",
    ),
    Input(name="retries", type="number", help="How often a fault of the infrastructure is tried again.", default="2"),
    Input(name="backoff", type="number", help="Seconds before the first retry; doubled for each more.", default="30"),
    Input(name="time-limit", help="Minutes for all of it; empty takes the suite's.", default=""),
    Input(name="results", help="The folder for results; empty takes one in the runner's own.", default=""),
    Input(
        name="rbe-cert",
        help=f"The client's certificate, PEM; the executor at grpcs:// needs it. Secret {CERT}.",
        default="",
        secret=CERT,
    ),
    Input(
        name="rbe-key",
        help=f"The certificate's key, PEM; the executor at grpcs:// needs it. Secret {KEY}.",
        default="",
        secret=KEY,
    ),
)
