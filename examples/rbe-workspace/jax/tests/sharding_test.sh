#!/bin/bash
case_rows() { [ $((8 / 2)) -eq 4 ]; }
case_columns() { [ $((6 / 3)) -eq 2 ]; }

source "$TEST_SRCDIR/jax/tests/cases.sh"
