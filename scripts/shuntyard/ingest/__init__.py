"""Test results that others wrote → one `result.ShardResult`. Standard library only, for machines with accelerators.

    files        what was named: files, folders, patterns  →  paths
    source       a path  →  Told: what one file says; its format is known by its content
    formats      the registry: junit, gtest-json, bazel-events, pytest-reportlog, shuntyard
    combine      several Told  →  each case once, with its attempts; an error row for each file that is not whole
    record       that, and the caller's facts  →  ShardResult, in a folder as run-shard leaves it

docs/analyses/ingest.md states the rules.
"""
