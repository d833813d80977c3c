"""The registry of commands, in the order in which help lists them."""

from studio.cli.commands import (
    evaluate,
    export,
    import_,
    labels,
    predict,
    resume,
    serve,
    studio,
    suggest,
    train,
    verify,
)
from studio.cli.commands.base import Command

COMMANDS: tuple[Command, ...] = (
    studio.COMMAND,
    import_.COMMAND,
    labels.COMMAND,
    suggest.COMMAND,
    train.COMMAND,
    resume.COMMAND,
    evaluate.COMMAND,
    predict.COMMAND,
    export.COMMAND,
    verify.COMMAND,
    serve.COMMAND,
)

__all__ = ["COMMANDS", "Command"]
