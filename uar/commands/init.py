"""uar init: a commented uar.toml to start from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from uar.commands._shared import json_option, put, put_json, say
from uar.errors import SetupError


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default="uar.toml")
@json_option
def command(path: Path, as_json: bool) -> None:
    """Write a commented settings file to PATH.  [default: uar.toml]

    Everything in it is a default. A file that is already there is left alone.
    """
    target = path / "uar.toml" if path.is_dir() else path
    try:
        with target.open("xb") as file:
            file.write((files("uar") / "init.toml").read_bytes())
    except FileExistsError as error:
        raise SetupError(f"{target} is already there and was left alone.") from error
    except OSError as error:
        raise SetupError(f"{target} cannot be written ({error.strerror}).") from error
    if as_json:
        put_json({"wrote": str(target)})
    else:
        put(str(target))
    say("Name a fallback reviewer and the owners of applications in it, then run: uar check")
