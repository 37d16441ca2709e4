"""A closed review -> its redacted twin: recorded at closing, and made again when asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from uar.evidence import Evidence
from uar.verify import LEDGER, SEALS, TWIN


@dataclass(frozen=True)
class Twin:
    """`files`: all of the twin but the seals; `recorded`: its twin.json; `openings`: the salts."""

    files: Mapping[str, bytes]
    recorded: bytes
    openings: bytes


def twin_of(evidence: Evidence, files: Mapping[str, bytes]) -> Twin:
    """`files`: what the review held before closing, with closing.json and verify.py.

    `evidence`: the same as tables, closing included.
    """
    from uar import twin
    from uar.redactor import redactor
    from uar.reports.report import REPORT
    from uar.tieout import tie_out

    red = redactor(evidence)
    made = twin.files(red, files)
    shown = twin.evidence_of(red, evidence)
    made[REPORT.file] = REPORT.render(shown, tie_out(shown), None)
    return Twin(made, twin.twin_json(made), twin.openings(red, made))


def before_closing(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """A closed review's files as they were when its twin was recorded."""
    lines = files[LEDGER].splitlines(keepends=True)
    kept = {name: files[name] for name in files if name not in (TWIN, *SEALS)}
    return {**kept, LEDGER: b"".join(lines[:-1])}
