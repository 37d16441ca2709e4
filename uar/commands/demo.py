"""uar demo: a whole review against an emulated tenant."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from uar.commands._shared import put_json, say


@click.command()
@click.argument(
    "folder", type=click.Path(file_okay=False, path_type=Path), default=Path("uar-demo")
)
@click.option("--json", "as_json", is_flag=True, help="Print only where things are, as JSON.")
@click.pass_context
def command(ctx: click.Context, folder: Path, as_json: bool) -> None:
    """Run one complete quarterly review of a made-up company, and say what happens.

    An emulated JumpCloud tenant is started on this machine; the real commands read it, write
    workbooks, take in what simulated reviewers send back (some of it badly filled in), remove what
    was decided, verify it and seal the evidence. Nothing has to be configured, and no other
    network is used.

    FOLDER is the review that is left behind (default: uar-demo); the reviewers' files lie beside
    it in FOLDER-inbox, and how the next review begins in FOLDER-next.
    """
    from uar.demo.story import Stage, play
    from uar.sandbox.organisations import sample

    root = ctx.find_root().command

    def run(words: Sequence[str]) -> int:
        code = root.main(list(words), prog_name="uar", standalone_mode=False)
        return code if isinstance(code, int) else 0

    stage = Stage(
        folder=folder,
        inbox=folder.with_name(folder.name + "-inbox"),
        following=folder.with_name(folder.name + "-next"),
        settings=sample().with_name("uar.toml"),
        roster=sample().with_name("hr_roster.csv"),
        run=run,
        tell=say,
    )
    with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
        play(stage)
    if as_json:
        put_json(
            {
                "folder": str(folder),
                "report": str(folder / "report.html"),
                "workbooks": str(folder / "workbooks"),
                "inbox": str(stage.inbox),
                "pack": str(folder / "pack.zip"),
                "next": str(stage.following),
            }
        )
