"""Nightly status: what two kinds of pipelines caught, night by night. docs/nightly-status.md shows it.

    night         the types: a pipeline and its role, a run of a night, a night
    experimental  which rows never change a night's colour
    cadence       which nights there should have been, and what it means that a run is not there; pure
    rules         the tables that classify: data, in order
    classify      what went wrong in one run, and what a night as a whole says; pure
    areas         whether two failures are about the same thing; pure
    attempts      a run and its re-runs put together; record: one run from its rows, cases and jobs; pure
    gather        a history  →  nights (I/O: DuckDB)
    totals        nights  →  who caught what, alone or together; pure
    page, view    → HTML; facts: the same for programs; build: all of it
    verdict       a report.json  →  how its run went, and whether that has to be told; pure
    letter        that  →  plain text and Markdown; tell: to every address

This module imports no library, so that a script can declare its contract where none is installed.
"""
