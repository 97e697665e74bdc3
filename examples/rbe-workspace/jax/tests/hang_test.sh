#!/bin/bash
# Never ends, and neither does its child.
case_waits_for_ever() {
  sleep 3600 &
  wait
}

source "$TEST_SRCDIR/jax/tests/cases.sh"
