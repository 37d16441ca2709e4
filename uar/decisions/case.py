"""One returned file with everything that it is judged by, and what was found in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from uar.decisions.answers import Answer, Decision
from uar.decisions.form import Form, SignOff
from uar.decisions.population import Item, Population
from uar.decisions.receipt import Arrival, Rules
from uar.decisions.returned import Returned
from uar.decisions.trust import Problem
from uar.when import UTC


@dataclass(frozen=True)
class Issued:
    """The population as it was put to the reviewers.

    `key`: what seals are made with. `campaign`, `files`: the ids that workbooks carry in their
    title, a file's with its reviewer's e-mail. `due`: the last day for returned files, by the
    clocks of `time_zone`. `applied`: the day on which removals were carried out last, "" before
    that.
    """

    items: Population
    key: str = ""
    campaign: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    due: dt.date | None = None
    time_zone: str = UTC
    applied: str = ""


@dataclass(frozen=True)
class Case:
    """One file and everything that it is judged by. `before`: the counting answers until now."""

    arrival: Arrival
    returned: Returned
    issued: Issued
    before: Mapping[str, Decision]
    rules: Rules


@dataclass(frozen=True)
class Judged:
    """What was found in the file: one answer per item, and what speaks against taking them."""

    form: Form
    own: Sequence[Item]
    signed: SignOff
    answers: Sequence[Answer]
    repeats: Sequence[Answer]
    problems: Sequence[Problem]
    harmless: Sequence[Problem]
