#!/bin/sh
echo "this workspace measures no coverage" >&2
exit 1
