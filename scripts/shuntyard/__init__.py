"""The library under the scripts: standard library only, importable with `python3 -S`.

Imports go down only: errors, wire, plan, result, contract (floor 0, pure data) → select, shard, fallback … (floor 1,
pure functions) → proc, console, hardware, ci … (floor 2, where the outside world is touched).
"""
