#!/bin/bash
# What the plugin promises of its driver: it was ported to ROCm 7.1, and to 7.2 it is not ported yet.
case_it_is_ported() {
  [[ ${ROCM:-} == 7.1.* ]] || {
    echo "the plugin is not ported to ROCm ${ROCM:-(none is named)}"
    return 1
  }
}

case_it_has_gpus() { [ "${GPUS:-0}" -ge 1 ]; }

source "$TEST_SRCDIR/jax/tests/cases.sh"
