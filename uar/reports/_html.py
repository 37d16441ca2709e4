"""Templates -> one HTML file that loads nothing. Everything is escaped; a missing name is an error.

Templates are looked for in the folder given, then in the installed package, then in the checkout.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup

from uar.errors import SetupError
from uar.maker import own_templates
from uar.reports._charts import patterns, swatch
from uar.reports._tables import table
from uar.text import plain

BRIEF = 170  # characters


def places(own: Path | None) -> list[str]:
    """Where templates are looked for, first to last."""
    return [str(place) for place in (own, own_templates()) if place]


def page(template: str, own: Path | None, values: Mapping[str, Any], paper: str = "") -> bytes:
    """A whole page. `own`: a folder whose templates come before ours.

    `paper`: A4 or Letter, where it is to be printed; "": whoever prints it chooses.
    """
    environment = Environment(
        loader=FileSystemLoader(places(own)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"plain": plain, "grouped": grouped, "brief": brief}
    environment.globals |= {"patterns": patterns, "swatch": swatch, "table": table, "paper": paper}
    try:
        style, script = (
            Markup(environment.get_template(name).render())  # noqa: S704 - templates, not data
            for name in ("_style.html", "_script.html")
        )
        text = environment.get_template(template).render(
            **values, style=style, script=script, policy=_policy(style, script)
        )
    except TemplateError as error:
        raise SetupError(f"the template {error}") from error
    return text.encode()


def grouped(number: int) -> str:
    """1,000,000."""
    return f"{number:,}"


def brief(text: str) -> str:
    """As much as two lines of a printed page hold."""
    return text if len(text) <= BRIEF else text[: BRIEF - 2] + " …"


def _policy(style: str, script: str) -> str:
    """What the browser may run: our style and our script, by their hashes, and nothing else."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
