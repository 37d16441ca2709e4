"""Proof pages as one HTML file, alone or behind the strata of a sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from uar.reports._html import page


def proofs(
    title: str, lead: str, root: str, pages: Sequence[Any], strata: Sequence[Any] = ()
) -> bytes:
    values = {"title": title, "lead": lead, "root": root, "pages": pages, "strata": strata}
    return page("proofs.html", None, values)
