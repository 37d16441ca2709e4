"""One module a report: tables in, bytes out. A new report is a new module with a REPORT.

Names that begin with _ are what reports share.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from uar.evidence import Evidence
from uar.tieout import TieOut


@dataclass(frozen=True)
class Report:
    """`render`: a review, its numbers, and a folder whose templates come first -> the file.

    `paper`: the same where a browser is to print it, if that differs.
    """

    name: str
    suffix: str
    title: str
    render: Callable[[Evidence, TieOut, Path | None], bytes]
    paper: Callable[[Evidence, TieOut, Path | None], bytes] | None = None

    @property
    def file(self) -> str:
        return self.name + self.suffix


def every() -> dict[str, Report]:
    """All reports by name."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{n}") for n in names if not n.startswith("_"))
    return {module.REPORT.name: module.REPORT for module in modules}
