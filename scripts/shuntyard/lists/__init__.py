"""Lists that others keep: disabled and unstable jobs, disabled tests, durations. They may be away or broken.

fetch     a path or an address  →  JSON; a remote list that cannot be read after 3 tries fails open, and says so
jobs      disabled and unstable jobs, as records or as issues
tests     disabled tests, as the condensed list or as issues
"""
