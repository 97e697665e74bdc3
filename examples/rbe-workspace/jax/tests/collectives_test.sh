#!/bin/bash
# Fails on the first attempt of every run and passes on the second. Attempts know nothing of one another, so a file
# outside of what Bazel gives them remembers: FLAKY_COUNTER, which all workers must see.
counter=${FLAKY_COUNTER:-${TMPDIR:-/tmp}/rbe-workspace-flaky-$(id -u)}

case_all_reduce() {
  if rm "$counter" 2> /dev/null; then
    return
  fi
  : > "$counter"
  echo 'the first attempt fails on purpose'
  return 1
}

case_broadcast() { [ $((1 + 1)) -eq 2 ]; }

source "$TEST_SRCDIR/jax/tests/cases.sh"
