"""Which tests of another project an accelerator runs: a verdict with its reason for each test file.

    model     the compiled scope (matrices/scopes/*.json): rules in order, priorities with their shares
    patterns  `dynamo/**/test_*` against the name of a test file
    judge     a name  →  in or out, why, and its place among those in scope; who is enabled at a share
    measure   many names  →  how many are in, enabled, left, and for which reasons
    read      the compiled file

docs/test-scope.md states the rules.
"""
