"""The process that runs Vega: specifications in, SVG out, one JSON value a line each; ends with its input.

A process of its own, because Vega takes most of a second to start and as long to draw, and vl-convert keeps Python's
lock meanwhile: so it draws while the analyses run. Run by path, with `-I`: it imports nothing of the toolkit.
"""

from __future__ import annotations

import json
import sys

import vl_convert

_EMPTY = {"width": 1, "height": 1, "marks": []}


def main() -> None:
    """Draws until the input ends. Nothing that a specification names is fetched."""
    vl_convert.vega_to_svg(_EMPTY, allowed_base_urls=[])
    for line in sys.stdin:
        svg = vl_convert.vega_to_svg(json.loads(line), allowed_base_urls=[])
        sys.stdout.write(json.dumps(svg) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
