"""One module a report: tables in, bytes out. A new report is a new module with a REPORT.

Names that begin with _ are what reports share.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from uar.evidence import Evidence
from uar.tieout import TieOut


class Render(Protocol):
    """A review, its numbers, and a folder whose templates come first -> the file.

    `paper`: A4 or Letter, where a browser is to print it.
    """

    def __call__(
        self, evidence: Evidence, tieout: TieOut, own_templates: Path | None, paper: str = ""
    ) -> bytes: ...


@dataclass(frozen=True)
class Report:
    name: str
    suffix: str
    title: str
    render: Render

    @property
    def file(self) -> str:
        return self.name + self.suffix


def every() -> dict[str, Report]:
    """All reports by name."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    modules = (importlib.import_module(f"{__name__}.{n}") for n in names if not n.startswith("_"))
    return {module.REPORT.name: module.REPORT for module in modules}
