"""What the tests stand on: settings, the hardware that each needs, a process that a crashed test takes along."""
