"""The process that runs Vega: [specification as JSON, cells] in, pieces of SVG out, a line each; ends with its input.

A process of its own, because Vega takes half a second to start and as long to draw, and vl-convert keeps Python's lock
meanwhile: so it draws while the analyses run. Run by path, with `-I`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import vl_convert


def main() -> None:
    """Draws until the input ends. Nothing that a specification names is fetched."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from shuntyard.dashboard.cut import cut  # noqa: PLC0415 (`-I` knows no path to it before)

    vl_convert.vega_to_svg({"width": 1, "height": 1, "marks": []}, allowed_base_urls=[])
    for line in sys.stdin:
        vega, cells = json.loads(line)
        svg = vl_convert.vega_to_svg(vega, allowed_base_urls=[])
        sys.stdout.write(json.dumps(cut(svg, cells)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
