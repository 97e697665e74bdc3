/* What the runtime says of itself. A real one implements the PJRT C API here. */

#ifndef MINI_VERSION
#error "MINI_VERSION is not set: build this with setup.py"
#endif

const char *mini_pjrt_version(void) { return MINI_VERSION; }

int mini_pjrt_device_count(void) { return 1; }
