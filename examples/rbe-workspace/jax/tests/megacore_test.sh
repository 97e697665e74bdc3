#!/bin/bash
case_never_here() {
  echo 'needs a TPU: the filter of tags should have left this out'
  return 1
}

source "$TEST_SRCDIR/jax/tests/cases.sh"
