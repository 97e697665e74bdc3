"""What stands in for marketplace actions while a workflow is rehearsed: `<owner>/<name>/action.yml`, and one module each.

The modules need only the standard library. They run inside act's steps, so they trust nothing but the settings file
that the rehearsal wrote.
"""
