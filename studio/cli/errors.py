"""What can go wrong on the command line, as one tree.

StudioError
├── UsageError     the command cannot be meant so (exit code 2)
└── CommandFailed  the command was understood and did not succeed (exit code 1)

Every message is one line that says what happened and what the person can do.
"""


class StudioError(Exception):
    """Something the person can be told in one sentence."""


class UsageError(StudioError):
    """The command cannot be meant so."""


class CommandFailed(StudioError):
    """The command was understood and did not succeed."""
