"""The command line: which commands there are, and how they fail. Each command is a module in
uar/commands/ that is imported only when it is asked for, so `uar --help` answers at once."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import Any

import click

from uar import __version__
from uar.errors import UarError

# In the order of a review's life: the help is read from top to bottom.
COMMANDS = {
    "init": "Write a commented uar.toml to start from.",
    "check": "Test the key: can we reach the tenant, and what will we miss?",
    "sync": "Read the tenant into a new review folder.",
    "detect": "Look for duplicate accounts, missing attributes and more.",
    "open": "Decide what is reviewed by whom; write one workbook per reviewer.",
    "reassign": "Move open items to another reviewer.",
    "status": "Show who has answered and what is missing.",
    "ingest": "Take in filled-in workbooks or CSV files.",
    "plan": "Show exactly what would be removed, and what stands in the way.",
    "apply": "Carry out the plan through JumpCloud, verifying each step.",
    "undo": "Put back what apply removed.",
    "report": "Write the auditor's report.",
    "key": "Make the key that signs evidence packs.",
    "close": "Seal the evidence pack.",
    "verify": "Check that nothing has changed since it was written.",
    "prove": "Print one item's story with the hashes up to the root.",
    "sample": "Choose items for an auditor, each with its proofs.",
    "rebuild": "Derive the snapshot again from the sealed answers, and all else from it.",
    "redact": "Make a twin of a pack, without names, under the same root hash.",
    "compare": "Show joiners, leavers, gained, lost and re-appeared access.",
    "list": "List detections, sources or reports.",
    "demo": "Run a whole review against an emulated tenant.",
    "sandbox": "Run the emulated tenant alone.",
}


class Commands(click.Group):
    """Commands found by name, imported late; a UarError becomes one message and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"uar.commands.{cmd_name}")
        command: click.Command = module.command
        command.name = cmd_name
        command.short_help = COMMANDS[cmd_name]
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UarError as error:
            from uar.commands._table import fitted  # heavy, and not needed for --help

            click.echo(fitted(f"Error: {error}", sys.stderr), err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            # The reader of our output (head, less) has gone; that is no failure of ours.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="A review is a folder. Start with: uar demo",
)
@click.version_option(__version__, prog_name="uar")
def main() -> None:
    """User access reviews for JumpCloud: sync, review, remove, prove."""
    # Rows are objects by the million: looking through them after every 700 new ones takes a tenth.
    gc.set_threshold(20_000)
