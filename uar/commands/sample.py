"""uar sample: items for an auditor to look at, each with its proof page."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from uar.commands._evidence import load, opened
from uar.commands._shared import (
    counted,
    html_option,
    json_option,
    put,
    put_json,
    written,
)
from uar.commands._table import put_table
from uar.commands.verify import holding
from uar.errors import SetupError


@click.command()
@click.argument("path", metavar="FOLDER|PACK", type=click.Path(path_type=Path))
@click.option("--n", "size", type=click.IntRange(1), default=25, show_default=True,
              help="How many items.")  # fmt: skip
@click.option("--seed", required=True, help="Any word; the same word chooses the same items.")
@html_option
@json_option
def command(path: Path, size: int, seed: str, html: Path | None, as_json: bool) -> None:
    """Choose a reproducible sample from every stratum, and print the proof page of each item.

    Strata are what was decided, whether the access is privileged, and what came of it; each says
    why it got its share. Let the auditor name the seed.
    """
    from uar.commands._raw import raw_of
    from uar.proof import Pages, text_of
    from uar.reports._proofs import proofs
    from uar.sample import sample
    from uar.tieout import tie_out

    checked = holding(path)
    review = opened(path)
    evidence = load(review)
    if evidence.items is None:
        raise SetupError(f"{path} has no items yet; run uar open first.")
    strata = sample(tie_out(evidence), size, seed)
    make = Pages(evidence, review, raw_of(review, evidence))
    pages = [make.page(item) for stratum in strata for item in stratum.chosen]
    lead = f"{counted(len(pages), 'item')} of {len(evidence.items):,}, seed {seed}."
    if html:
        written(html, proofs("Sample", lead, checked.root, pages, strata))
    if as_json:
        put_json(
            {
                "root": checked.root,
                "seed": seed,
                "strata": [asdict(stratum) for stratum in strata],
                "pages": [asdict(page) for page in pages],
            }
        )
        return
    put(lead)
    put_table(("Stratum", "Chosen", "Why"), [(s.says, len(s.chosen), s.why) for s in strata])
    if html:
        put(str(html))
        return
    for page in pages:
        put(f"\n{'─' * 72}\n{text_of(page)}")
    put(f"\nRoot hash: {checked.root}")
