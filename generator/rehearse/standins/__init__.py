"""What stands in for marketplace actions in a rehearsal: `<owner>/<name>/action.yml`, and one module each.

The modules need only the standard library and shuntyard. They run inside act's steps, so they trust nothing but the
settings file that the rehearsal wrote.
"""
