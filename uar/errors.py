"""What can go wrong that a person can act on, each kind with its exit code.

    UarError                  never raised itself
      SetupError      2       settings, environment, arguments (and click's usage errors)
      SourceError     3       the tenant: unreachable, refused, changed its mind, or came short
      TableError      4       a file that was given to us: which cells, lines or fields are wrong
      FolderError     5       the review folder: a step out of turn, in use, or changed afterwards

Exit code 1 is no error: the work is done, but something in it needs a person.

A message names the file, cell, field or endpoint and what to do next. It carries a method, a path
and a status, never a key, a header or a body. Anything that is not a UarError is a bug and keeps
its traceback.
"""

from __future__ import annotations


class UarError(Exception):
    """Something a person can act on."""

    exit_code = 2


class SetupError(UarError):
    """Settings, environment or arguments."""

    exit_code = 2


class SourceError(UarError):
    """The tenant could not be read or written as it must be."""

    exit_code = 3


class TableError(UarError):
    """A file given to us does not hold what it must; `problems` has every one of them."""

    exit_code = 4

    def __init__(self, message: str, problems: tuple[str, ...] = ()) -> None:
        super().__init__("\n  ".join((message, *problems)))
        self.problems = problems


class FolderError(UarError):
    """The review folder is not in the state this step needs."""

    exit_code = 5
