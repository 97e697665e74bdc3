#!/usr/bin/env bash
# Run the tests of one configuration:  .ci/test.sh CONFIG [PYTEST ARGUMENT]...
# PYTHON names the interpreter, python by default.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly PYTHON=${PYTHON:-python}
readonly CONFIG=${1:?usage: .ci/test.sh CONFIG [PYTEST ARGUMENT]...}
shift

run_tests() {
  "$PYTHON" -m pytest "$@"
}

export HF_HUB_OFFLINE=1

case $CONFIG in
  smoke) run_tests test/test_smoke.py "$@" ;;
  python) run_tests "$@" ;;
  docs_test) run_tests test/test_docs.py test/test_tutorials.py "$@" ;;
  distributed) run_tests test/test_distributed.py test/test_c10d_nccl.py test/test_c10d_gloo.py "$@" ;;
  jit_legacy) run_tests test/test_jit.py test/test_jit_legacy.py "$@" ;;
  inductor) run_tests test/test_inductor.py "$@" ;;
  inductor_distributed) run_tests test/test_inductor.py test/test_inductor_distributed.py "$@" ;;
  inductor_cpp_wrapper)
    export TORCHINDUCTOR_CPP_WRAPPER=1
    run_tests test/test_inductor.py test/test_inductor_cpp_wrapper.py "$@"
    ;;
  benchmark) run_tests test/test_benchmarks.py "$@" ;;
  huggingface) run_tests test/test_benchmarks.py test/test_huggingface.py "$@" ;;
  torchbench) run_tests test/test_benchmarks.py test/test_torchbench.py "$@" ;;
  timm) run_tests test/test_benchmarks.py test/test_timm.py "$@" ;;
  *)
    echo "$0: no configuration is called '$CONFIG'" >&2
    exit 2
    ;;
esac
