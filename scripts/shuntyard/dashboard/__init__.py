"""The dashboard: one HTML file that says what a history is worth. docs/dashboard.md shows it.

    gather     a history  →  Findings: every analysis over one scope, once (I/O: DuckDB)
    recent     the figures that only a dashboard asks for: days, grid, newest runs, failing cases
    attention  Findings   →  what a maintainer has to look at, worst first; pure
    pictures   orders every picture as early as it can
    strips, lines, bars      → Vega specifications; pure (curves: which series belong together; marks, ticks)
    draw, cut  specifications → SVG, cleaned and cut into pieces
    worker     programs that run beside the analyses: `pen` runs Vega, `seek` finds change points
    view       Findings and pieces → what each page of the file shows; pure
    page       → HTML, in the shell that other pages share; only the shell knows Jinja2
    build      all of it, with progress; facts: the same figures for programs

This module imports no library, so that a script can declare its contract where none is installed.
"""
