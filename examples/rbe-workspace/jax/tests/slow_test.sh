#!/bin/bash
# Long enough to take its worker or its executor away meanwhile.
case_ten_seconds() { sleep 10; }

source "$TEST_SRCDIR/jax/tests/cases.sh"
