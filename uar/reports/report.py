"""The auditor's report: was the list complete, who decided, what was removed, and how to check it.

One HTML file that loads nothing and needs no script. It can be made at every stage: what is not
there yet says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from uar import __version__
from uar.evidence import Evidence
from uar.maker import OWN
from uar.measures.changes import changes
from uar.measures.lookback import lookback
from uar.measures.quality import Quality, quality
from uar.measures.timing import removal_times
from uar.reports import (
    Report,
    _changes,
    _drawn,
    _figures,
    _findings,
    _lookback,
    _population,
    _process,
    _proof,
    _results,
    _reviewers,
)
from uar.reports._charts import DECISION_PARTS
from uar.reports._html import page
from uar.reports._listing import Listing, listing, records, spoken
from uar.reports._parts import parts
from uar.reports._register import register
from uar.snapshot import Snapshot
from uar.text import counted, plain
from uar.tieout import NO, NOT_YET, TieOut, exceptions_said

PRINTED = 2_000  # items; measured: 10,000 take a browser 22 s and 5 GB

GLOSSARY = (
    ("account", "A record that can hold access: of a user, an administrator or a service."),
    ("blocked", "A removal that uar will not make, with the reason."),
    ("campaign", "One run of the review, with its period, reviewers and dates."),
    ("entitlement", "Something that can be held: a group, an application, an admin role."),
    ("exception", "What was left open or undone when the review was closed, with the reason."),
    ("finding", "What a detection found in the tenant."),
    ("flag", "A finding as it was shown beside an item."),
    ("grant", "An account, or a group, holding an entitlement."),
    ("item", "One grant that can be taken away by one write; one question to one reviewer."),
    ("Keep, Revoke, Modify, Not sure", "The four answers. Modify is done by hand."),
    ("ledger", "The list of steps; each entry holds the hash of the one before it."),
    ("not reviewed", "Nobody answered. It never counts as Keep."),
    ("override", "A Keep against a critical or high flag."),
    ("person", "A cluster of accounts, with the reason of each link."),
    ("population", "All items of the campaign."),
    ("removal", "Taking a grant away in the tenant."),
    ("root hash", "The hash of the newest ledger entry; it stands for every file before it."),
    ("seal", "A keyed hash over what a reviewer was shown, which the answer must bring back."),
    ("snapshot", "The frozen copy of the tenant's data that everything else is made from."),
    ("verification", "Reading the tenant again to see that a removal has held."),
)


def render(
    evidence: Evidence, tieout: TieOut, own_templates: Path | None, paper: str = ""
) -> bytes:
    """The page's bytes; the same for the same review.

    On paper a register that no browser can print stays out, and the page says so.
    """
    found = values(evidence, tieout)
    if paper and found["register"].total > PRINTED:
        found["register"] = replace(found["register"], sections=())
    return page("report.html", own_templates, found, paper)


def values(evidence: Evidence, tieout: TieOut) -> dict[str, Any]:
    """What the template is filled with."""
    judged, times = quality(evidence, tieout), removal_times(evidence, tieout)
    changed, looked = changes(evidence, tieout), lookback(evidence, tieout)
    return {
        "cover": cover(evidence, tieout),
        "contents": (contents := parts(evidence)),
        "part": {part.anchor: part for part in contents},
        "answers": tieout.answers,
        "equations": [e for e in tieout.equations if not e.name.startswith("collection")],
        "source": _source(evidence),
        "said": {
            "persons": _population.persons_said(evidence),
            "period": _process.period_said(evidence),
            "active": _reviewers.still_active_said(evidence),
            "quality": _reviewers.quality_said(evidence),
            "ages": _process.ages_said(times),
            "detections": _findings.said(evidence),
            "changes": _changes.said(changed),
            "lookback": _lookback.said(looked),
            "later": _lookback.later_said(evidence),
            "risk_analysis": plain(
                evidence.settings.service_accounts.risk_analysis or "not given"
            ).removesuffix("."),
            "roster": "given" if evidence.roster is not None else "not given",
        },
        "tables": _tables(evidence, tieout, judged, times)
        | {"figures": _figures.figures(evidence, tieout, judged, times, looked)}
        | _changes.tables(changed, tieout)
        | _lookback.tables(evidence, tieout, looked),
        "charts": {
            "reviewers": _drawn.reviewers(tieout),
            "kinds": _drawn.kinds(tieout.standing),
            "findings": _drawn.findings(evidence),
            "ages": _drawn.ages(times),
            "log": _lookback.bar(looked),
        },
        "log_parts": _lookback.LOG_PARTS,
        "has_later": evidence.later is not None,
        "decision_parts": DECISION_PARTS,
        "register": register(tieout.standing),
        "glossary": GLOSSARY,
    }


def status(evidence: Evidence, tieout: TieOut) -> str:
    """complete, with exceptions or incomplete."""
    words = {answer.word for answer in tieout.answers}
    if evidence.closing is None or NOT_YET in words:
        return "incomplete"
    return "with exceptions" if NO in words else "complete"


def cover(evidence: Evidence, tieout: TieOut) -> Mapping[str, Any]:
    header, campaign = evidence.snapshot.header, evidence.settings.campaign
    last, closing = evidence.ledger[-1], evidence.closing or {}
    acknowledged = closing.get("acknowledged_by", "")
    facts = (
        ("Tenant", f"{header.tenant_name} ({header.tenant_id})", ""),
        ("Campaign", campaign.name, ""),
        ("Control", campaign.control or "not given", ""),
        ("Answers for the control", campaign.owner or "not given", ""),
        ("Snapshot taken (UTC)", spoken(header.finished_at), ""),
        ("Due", campaign.due.isoformat() if campaign.due else "not given", ""),
        ("Closed (UTC)", spoken(str(closing.get("at", ""))) or "not yet", ""),
        ("Prepared by", evidence.prepared_by or "not stated", ""),
        ("Approved and acknowledged by", acknowledged or "nobody yet", ""),
        ("Signed with the key", closing.get("signer") or "none", "code"),
        (f"Root hash at ledger entry {last['number']}", last["hash"], "code"),
    )
    return {
        "organisation": plain(campaign.organisation or header.tenant_name),
        "title": plain(campaign.name),
        "period": plain(campaign.period or "Period not given"),
        "status": status(evidence, tieout),
        "open": [plain(why) for why in closing.get("open", tieout.open)],
        "exceptions": [plain(said) for said in exceptions_said(closing)],
        "prepared": plain(evidence.prepared_by),
        "acknowledged": plain(acknowledged),
        "facts": [(word, plain(fact), kind) for word, fact, kind in facts],
        "entry": last["number"],
        "entry_at": last["at"],
        "root": last["hash"],
        "version": __version__,
        "redacted": evidence.redacted,
    }


def _cross_check(snapshot: Snapshot) -> str:
    """Which sample, so that it can be taken again."""
    if not snapshot.header.cross_check:
        return "nobody: cross_check is 0"
    users, apps = snapshot.cross_checked
    header = snapshot.header
    return (
        f"{counted(users, 'user')} and {counted(apps, 'application')}, at most "
        f"{header.cross_check:,} of each: those whose SHA-256 of {header.cross_check_seed}:<id> is "
        "smallest"
    )


def _source(evidence: Evidence) -> list[tuple[str, str, str]]:
    header = evidence.snapshot.header
    credential = header.credential_name or header.credential_id
    roles = _roles(evidence)
    log = f"{spoken(header.usage_from)} to {spoken(header.usage_to)}" if header.usage_from else ""
    settings = next((line["settings"] for line in evidence.ledger[::-1] if line["settings"]), "")
    facts = (
        ("Provider", header.provider, ""),
        ("Tenant", f"{header.tenant_name} ({header.tenant_id})", ""),
        ("Host", header.host, "code"),
        ("Read from (UTC)", spoken(header.started_at), ""),
        ("to", spoken(header.finished_at), ""),
        ("Read as", credential or "not told by the source", ""),
        ("with the role", roles or "not told by the source", ""),
        ("Requests, of which repeated", f"{header.requests:,}, {header.retries:,}", ""),
        ("Log of use (UTC)", log or header.usage, ""),
        ("Read from both ends", _cross_check(evidence.snapshot), ""),
        *_made_with(evidence),
        ("Settings of the last step (SHA-256)", settings or "defaults", "code"),
    )
    return [(word, plain(fact), kind) for word, fact, kind in facts]


def _made_with(evidence: Evidence) -> Iterator[tuple[str, str, str]]:
    """What made the snapshot, and the steps that something else made."""
    read = evidence.ledger[0]
    made = read.get("made_with")
    if made is None:
        yield "uar", read["version"], ""
        return
    at = f", commit {made['commit']}" if "commit" in made else ", commit not known"
    libraries = [f"{name} {made[name]}" for name in sorted({*made} - {*OWN, "python"})]
    others = [
        f"{line['number']} {line['step']}"
        for line in evidence.ledger
        if (line["version"], line.get("made_with")) != (read["version"], made)
    ]
    yield "uar", read["version"] + at, ""
    yield "its code and templates (SHA-256)", f"{made['code']} {made['templates']}", "code"
    yield "Python and libraries", ", ".join((f"Python {made['python']}", *libraries)), ""
    yield "Ledger entries made with others", ", ".join(others) or "none", ""


def _roles(evidence: Evidence) -> str:
    """The admin roles of whoever's credential read the tenant, by the snapshot itself."""
    snapshot = evidence.snapshot
    held = snapshot.grants.loc[
        snapshot.grants["holder_id"] == snapshot.header.credential_id, "entitlement_id"
    ]
    things = snapshot.entitlements
    roles = things[(things["kind"] == "role") & things["entitlement_id"].isin(held)]
    return ", ".join(sorted(roles["name"]))


def _tables(
    evidence: Evidence, tieout: TieOut, judged: Sequence[Quality], times: pd.DataFrame
) -> dict[str, Listing]:
    return {
        "collections_tied": _collections_tied(evidence, tieout),
        "collections": _population.collections(evidence),
        "gaps": _population.gaps(evidence),
        "items_by_kind": _population.items_by_kind(evidence),
        "excluded": _population.excluded(evidence),
        "out_of_scope": _population.out_of_scope(evidence),
        "accounts_by_kind": _population.accounts_by_kind(evidence),
        "accounts_by_department": _population.accounts_by_department(evidence),
        "persons": _population.persons(evidence),
        "possible_links": _population.possible_links(evidence),
        "eligibility": _reviewers.eligibility(evidence, tieout),
        "moved": _reviewers.moved(evidence),
        "not_independent": _population.not_independent(evidence, tieout.own_items),
        "reviewers": _results.reviewers(tieout),
        "decisions_by_kind": _results.decisions_by_kind(tieout.standing),
        "dates": _process.dates(evidence, tieout),
        "returns": _process.returns(evidence, tieout, judged),
        "overrides": _results.overrides(evidence, tieout),
        "closed_open": _results.closed_open(evidence, tieout),
        "open_questions": _results.open_questions(tieout),
        "findings": _findings.findings(evidence),
        "accepted": _findings.accepted(evidence),
        "coverage": _findings.coverage(evidence),
        "removals": _proof.removals(evidence, tieout),
        "emergencies": _proof.emergencies(evidence),
        "blocked": _proof.blocked(evidence),
        "todo": _proof.todo(evidence),
        "ages": _process.ages(times),
        "late_removals": _process.late_removals(times),
        "privileged": _process.privileged(tieout),
        "non_human": _process.non_human(evidence, tieout),
        "leavers": _process.leavers(evidence, tieout),
        "movers": _process.movers(tieout),
        "quality": _reviewers.quality_of(evidence, judged),
        "controls": _process.control_mapping(tieout),
        "sign_offs": _proof.sign_offs(evidence),
        "steps": _proof.steps(evidence),
        "files": _proof.files(evidence),
        "personal": _proof.personal(evidence),
    }


def _collections_tied(evidence: Evidence, tieout: TieOut) -> Listing:
    """Stated, fetched and stored side by side, with the difference of each collection."""
    difference = {e.name: e.difference for e in tieout.equations}
    columns = (
        ("Collection", "text"),
        ("Stated by source", "number"),
        ("Fetched", "number"),
        ("Stored", "number"),
        ("Unexplained difference", "number"),
    )
    rows = (
        (
            row["collection"],
            _population.NOT_STATED if row["stated"] is None else int(row["stated"]),
            int(row["fetched"]),
            int(row["stored"]),
            difference[f"collection {row['collection']}"],
        )
        for row in records(evidence.snapshot.collections)
    )
    caption = "Per collection: stated = fetched = stored"
    return listing("collections-tied", caption, columns, rows, "Nothing was read.")


REPORT = Report("report", ".html", "The auditor's report", render)
