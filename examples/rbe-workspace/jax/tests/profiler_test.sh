#!/bin/bash
case_only_by_name() { [ -n "$TEST_TARGET" ]; }

source "$TEST_SRCDIR/jax/tests/cases.sh"
