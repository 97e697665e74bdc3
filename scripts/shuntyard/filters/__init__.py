"""What decides which rows of a test matrix run, in PyTorch's order: labels, wishes, modes, disabled jobs, flags.

    rows       a matrix `{include: [...]}`  →  rows, and each row that is taken away with its reason
    configs    `test-config/X` labels, then configurations asked for
    modes      periodic modes replicate rows
    jobs       disabled jobs are removed, unstable ones marked
    pull       the pull request: its number, flags by label or body, issues that it re-enables
    apply      all of it, in order

Everything is pure; texts that others wrote are searched in linear time. Source: pytorch/pytorch,
`.github/scripts/filter_test_configs.py`. docs/test-scope.md states the rules.
"""
