#!/bin/bash
echo "this cannot be: what it needs cannot be built" >&2
exit 1
