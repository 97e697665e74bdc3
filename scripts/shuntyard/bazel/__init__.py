"""Runs one row of a matrix with Bazel: builds the wheels, tests, and tells what became of it. Standard library only.

    inputs, options   what the caller says, checked         →  Options
    credentials       secrets as files, gone afterwards     →  a folder of mode 0700
    rcfile            Options  →  a fragment of .bazelrc
    reach, invoke     is the executor there; one run of Bazel within what is left of the time
    events, exits     what Bazel said  →  verdict            passed, tests failed, build failed, infrastructure …
    retry             tries again where only the infrastructure failed
    logs, record      files that are kept, result.json, the summary
    row               all of it on this machine; container: the same in a container of an image

docs/nightly-rbe.md states the rules.
"""
