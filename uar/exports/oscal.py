"""OSCAL assessment results (NIST, JSON) of the controls a review bears on, linked to its files.

Every UUID is made from the root hash, so the same review gives the same document. Whether a control
is met is the assessor's judgement: a finding says whether the answers it rests on are yes.
"""

from __future__ import annotations

import json
import mimetypes
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from uar import __version__
from uar.evidence import Evidence
from uar.measures.controls import CONTROLS, NIST, Control, standing_of
from uar.tables import records
from uar.text import plain
from uar.tieout import NO, YES, Answer, TieOut

VERSION = "1.2.1"  # of OSCAL
NAMESPACE = uuid.UUID("6f1d6b0e-6a53-5d0a-9a8e-7f2c4b1e0d35")
Json = dict[str, Any]
# control -> its id in the catalogue of NIST SP 800-53 Rev. 5, and the statement that is met or not
CATALOGUE = {
    "AC-2(j)": ("ac-2", "ac-2_smt.j"),
    "AC-2(3)": ("ac-2.3", "ac-2.3_smt"),
    "AC-5": ("ac-5", "ac-5_smt"),
    "AC-6(7)": ("ac-6.7", "ac-6.7_smt"),
}
# for each of the five answers, the beginnings of the names of the files that show it
SHOWN_BY = (
    ("snapshot/", "campaign.json", "items.jsonl"),
    ("items.jsonl", "persons.jsonl", "links.jsonl"),
    ("decisions/", "receipts/", "returned/"),
    ("plans/", "journal.jsonl"),
    ("closing.json", "decisions/", "findings.jsonl"),
)
DETECTED_BY = ("findings.jsonl", "coverage.jsonl")


def document(evidence: Evidence, tieout: TieOut) -> bytes:
    """The whole document."""
    made = _Made(evidence)
    body = {"assessment-results": made.results(tieout)}
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()


class _Made:
    """One review's UUIDs and files."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.root = str(evidence.ledger[-1]["hash"])
        self.files: dict[str, str] = {
            name: stamp["sha256"]
            for line in evidence.ledger
            if line["step"] != "report"
            for name, stamp in line["wrote"].items()
        }

    def id(self, what: str) -> str:
        return str(uuid.uuid5(NAMESPACE, f"{self.root}:{what}"))

    def results(self, tieout: TieOut) -> Json:
        campaign, header = self.evidence.settings.campaign, self.evidence.snapshot.header
        last = self.evidence.ledger[-1]
        controls = [control for control in CONTROLS if control.framework == NIST]
        organisation = _line(campaign.organisation or header.tenant_name)
        return {
            "uuid": self.id("assessment-results"),
            "metadata": {
                "title": _line(f"{campaign.name} {campaign.period}"),
                "last-modified": last["at"],
                "version": f"ledger entry {last['number']}",
                "oscal-version": VERSION,
                "props": [
                    {"name": "root-hash", "ns": "urn:uar", "value": self.root},
                    {"name": "made-by", "ns": "urn:uar", "value": f"uar {__version__}"},
                ],
                **self._people(organisation),
            },
            "import-ap": {"href": f"#{self.id('plan')}"},
            "results": [
                {
                    "uuid": self.id("result"),
                    "title": _line(f"User access review {campaign.period}"),
                    "description": _prose(
                        f"Who has access to what in the tenant {header.tenant_name} was frozen, "
                        "put to reviewers, decided, and carried out."
                    ),
                    "start": header.started_at,
                    "end": last["at"],
                    "reviewed-controls": {
                        "control-selections": [
                            {"include-controls": [_selected(control.name) for control in controls]}
                        ]
                    },
                    "observations": [
                        *(self._answer(n, answer) for n, answer in enumerate(tieout.answers)),
                        *self._detections(),
                    ],
                    "findings": [self._finding(control, tieout) for control in controls],
                }
            ],
            "back-matter": {
                "resources": [
                    {
                        "uuid": self.id("plan"),
                        "title": "How the review was planned",
                        "description": "There is no plan in OSCAL: campaign.json and the settings "
                        "say what was reviewed, by whom, until when.",
                    },
                    *(self._resource(name) for name in self.files),
                ]
            },
        }  # fmt: skip

    def _finding(self, control: Control, tieout: TieOut) -> Json:
        """What the answers say of one control."""
        word, answers = standing_of(control, tieout)
        return {
            "uuid": self.id(f"finding {control.name}"),
            "title": f"{control.name}: {control.asks}",
            "description": _prose(
                " ".join(f"{a.question} {a.word.capitalize()}." for a in answers)
            ),
            "target": {
                "type": "statement-id",
                "target-id": CATALOGUE[control.name][1],
                "status": _status(word, answers),
            },
            "related-observations": [
                {"observation-uuid": self.id(f"answer {place}")} for place in control.rests_on
            ],
        }

    def _people(self, organisation: str) -> Json:
        """Whose review it is, and who prepared it where that is stated."""
        parties = [{"uuid": self.id("party"), "type": "organization", "name": organisation}]
        by = self.evidence.prepared_by
        if not by:
            return {"parties": parties}
        person = {"uuid": self.id("prepared by"), "type": "person", "name": _line(by)}
        return {
            "roles": [{"id": "prepared-by", "title": "Prepared by"}],
            "parties": [*parties, person],
            "responsible-parties": [
                {"role-id": "prepared-by", "party-uuids": [self.id("prepared by")]}
            ],
        }

    def _answer(self, place: int, answer: Answer) -> Json:
        return {
            "uuid": self.id(f"answer {place}"),
            "title": answer.question,
            "description": _prose(f"{answer.word.capitalize()}. {' '.join(answer.why)}"),
            "methods": ["EXAMINE"],
            "types": ["control-objective"],
            "collected": self.evidence.ledger[-1]["at"],
            **self._shown_by(SHOWN_BY[place]),
        }

    def _detections(self) -> list[Json]:
        """What each detection found, looked at, and could not tell."""
        if self.evidence.coverage is None:
            return []
        return [
            {
                "uuid": self.id(f"detection {row['detection']}"),
                "title": _line(f"{row['detection']}: {row['title']}"),
                "description": _prose(f"Not run: {row['not_run']}")
                if row["not_run"]
                else f"Found {row['found']}, looked at {row['looked_at']}, cannot tell "
                f"{row['cannot_tell']}. Severity: {row['severity']}.",
                "methods": ["TEST"],
                "types": ["finding"],
                "collected": self.evidence.snapshot.header.finished_at,
                **self._shown_by(DETECTED_BY),
            }
            for row in records(self.evidence.coverage)
        ]

    def _shown_by(self, beginnings: Sequence[str]) -> Mapping[str, Any]:
        """Links to the files, if there are any yet."""
        found = [
            {"href": f"#{self.id(f'file {name}')}", "description": _prose(name)}
            for name in self.files
            if name.startswith(tuple(beginnings))
        ]
        return {"relevant-evidence": found} if found else {}

    def _resource(self, name: str) -> Json:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        digest = {"algorithm": "SHA-256", "value": self.files[name]}
        link = {"href": quote(name), "media-type": kind, "hashes": [digest]}
        return {"uuid": self.id(f"file {name}"), "title": _line(name), "rlinks": [link]}


def _selected(name: str) -> Json:
    control, statement = CATALOGUE[name]
    return {"control-id": control, "statement-ids": [statement]}


def _status(word: str, answers: Sequence[Answer]) -> Json:
    if word == YES:
        return {"state": "satisfied", "reason": "pass"}
    why = [reason for answer in answers if answer.word != YES for reason in answer.why]
    reason = "fail" if word == NO else "other"  # other: the review is not finished
    return {"state": "not-satisfied", "reason": reason, "remarks": _prose(" ".join(why))}


def _line(text: str) -> str:
    """On one line, with nothing around it: what OSCAL calls a string."""
    return " ".join(plain(text).split()) or "not stated"


def _prose(text: str) -> str:
    """OSCAL's prose is Markdown: what would be markup is made plain text."""
    return re.sub(r"([\\`*_\[\]<>#|~$^])", r"\\\1", _line(text))
