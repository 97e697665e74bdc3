#!/bin/bash
# One case of two fails, with a message that no XML may hold as it is.
case_major_to_minor() { [ $((2 * 3)) -eq 6 ]; }
case_transposed() {
  echo 'expected <(1, 0)> & got "(0, 1)"'
  return 1
}

source "$TEST_SRCDIR/jax/tests/cases.sh"
