"""The verbs of the command line, one module each: `SUMMARY`, `EPILOG`, `configure(parser)` and `run(arguments) -> exit code`."""
