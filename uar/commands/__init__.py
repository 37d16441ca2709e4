"""One module a command: parse, load, call, put, say. `command` is the click command.

A new command is a module here and a line in uar.cli.COMMANDS.
"""
