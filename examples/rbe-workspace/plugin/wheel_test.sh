#!/bin/bash
# What the wheel holds. Its path is the first argument.
wheel=$1

case_it_imports() {
  PYTHONPATH=$wheel python3 -c 'import example_plugin; print(example_plugin.__version__)'
}

case_it_has_a_record() {
  python3 -m zipfile --list "$wheel" | grep dist-info/RECORD
}

source "$TEST_SRCDIR/jax/tests/cases.sh"
