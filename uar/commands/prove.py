"""uar prove: everything about one item on one page, with the hashes up to the root."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from uar.commands._evidence import load, opened
from uar.commands._shared import html_option, json_option, put, put_json, written
from uar.commands.verify import holding
from uar.errors import SetupError


@click.command()
@click.argument("path", metavar="FOLDER|PACK", type=click.Path(path_type=Path))
@click.argument("item")
@html_option
@json_option
def command(path: Path, item: str, html: Path | None, as_json: bool) -> None:
    """Print one item's whole story: tenant, reviewer, decision, plan, removal, and its proofs.

    Everything in FOLDER or PACK is checked first. From each fact a row of hashes leads to the root
    hash, which must be the one that was given out when the review was closed.
    """
    from uar.commands._raw import raw_of
    from uar.proof import Pages, text_of
    from uar.reports._proofs import proofs

    checked = holding(path)
    review = opened(path)
    evidence = load(review)
    if evidence.items is None or item not in set(evidence.items["item_id"]):
        raise SetupError(
            f"there is no item {item} in {path}; the report's register lists them all."
        )
    page = Pages(evidence, review, raw_of(review, evidence)).page(item)
    if html:
        written(html, proofs("Proof of one item", page.says, checked.root, [page]))
    if as_json:
        put_json({"root": checked.root, **asdict(page)})
    elif html:
        put(str(html))
    else:
        put(text_of(page))
        put(f"\nRoot hash: {checked.root}")
