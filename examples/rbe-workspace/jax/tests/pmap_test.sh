#!/bin/bash
# Six cases in three shards.
case_all_gather() { [ "$(seq 4 | wc -l)" -eq 4 ]; }
case_axis_index() { [ "$(seq 0 3 | paste -sd,)" = 0,1,2,3 ]; }
case_nested() { [ $((2 * 4)) -eq 8 ]; }
case_psum() { [ "$(seq 4 | paste -sd' ')" = '1 2 3 4' ]; }
case_reduce_scatter() { [ $((1 + 2 + 3 + 4)) -eq 10 ]; }
case_uneven() { [ $((10 % 4)) -eq 2 ]; }

source "$TEST_SRCDIR/jax/tests/cases.sh"
