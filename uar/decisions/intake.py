"""One returned file -> the answers it gives and a receipt. All of it, or none, unless asked."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from uar.decisions.answers import (
    Answer,
    Decision,
    changed_minds,
    contradicting,
    first_of_each,
    in_words,
    is_same,
    not_own,
    read_answer,
    unanswerable,
    unprovable,
)
from uar.decisions.form import FRESH, Form, SignOff, find_form, find_sign_off
from uar.decisions.receipt import ACCEPTED, PARTLY, REFUSED, Arrival, Count, Receipt, Rules, refusal
from uar.decisions.returned import Returned, Row
from uar.decisions.trust import (
    NAMES,
    Item,
    Problem,
    altered,
    asked,
    edited,
    listed,
    merged,
    strays,
    torn_sorts,
)
from uar.decisions.words import cleaned, fact, fold, is_blank
from uar.errors import TableError
from uar.sheet import DECISION, ITEM, REASON, SEAL
from uar.tables import DECISION_WORDS

_MARK = re.compile(r"\b(?:CAMPAIGN|FILE)-[A-Z2-7]{4}-[A-Z2-7]{4}\b")


@dataclass(frozen=True)
class Issued:
    """The population as it was put to the reviewers.

    `campaign`, `files`: the ids that workbooks carry in their title, a file's with its reviewer's
    e-mail. `due`: the last day for returned files. `applied`: the day on which removals were
    carried out last, "" before that.
    """

    items: Mapping[str, Item]
    campaign: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    due: dt.date | None = None
    applied: str = ""

    @cached_property
    def by_reviewer(self) -> Mapping[str, Sequence[Item]]:
        found: dict[str, list[Item]] = defaultdict(list)
        for item in self.items.values():
            found[item["reviewer_email"]].append(item)
        return found


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


def take(case: Case) -> tuple[list[Decision], Receipt]:
    """Accepted rows of DECISIONS, and the receipt."""
    try:
        form = find_form(case.returned, case.issued.items.keys())
        marks = _marks(case.returned)
        email = _whose(form, case.issued, marks)
        _check_campaign(form, case.issued, marks)
    except TableError as error:
        return [], refusal(case.arrival, case.rules, f"{case.arrival.name}: {error}")
    return _settle(case, _judge(case, form, email))


def _marks(returned: Returned) -> set[str]:
    """Ids of campaigns and files anywhere in it, such as CAMPAIGN-AB12-CD34."""
    rows = ("\n".join(row.cells.values()) for sheet in returned.sheets for row in sheet.rows)
    return {
        mark
        for text in rows
        if "CAMPAIGN-" in text or "FILE-" in text
        for mark in _MARK.findall(text)
    }


def _whose(form: Form, issued: Issued, marks: set[str]) -> str:
    """The reviewer the file was made for; where it does not say, to whom most rows were put."""
    known = [issued.items.get(form.item_id(row)) for row in form.rows]
    owners = Counter(str(item["reviewer_email"]) for item in known if item is not None)
    if not owners:
        raise TableError(f"none of its rows holds an item of this review; {FRESH}.")
    named = {email for mark, email in issued.files.items() if mark in marks}
    if len(named) == 1:
        [email] = named
        if not issued.by_reviewer[email]:
            raise TableError(
                f"all items of {email} have been moved to others; nothing is left in it."
            )
        return email
    (email, most), *others = owners.most_common()
    if others and others[0][1] == most:
        both = f"{email} and {others[0][0]}"
        raise TableError(f"as many of its rows are items of each of {both}; return one file each.")
    return email


def _check_campaign(form: Form, issued: Issued, marks: set[str]) -> None:
    """The same item has the same id next quarter: seals tell the campaigns apart."""
    if form.is_sealed:
        items = ((row, issued.items.get(form.item_id(row))) for row in form.rows)
        if not any(item and fact(form.text(row, SEAL)) == item["seal"] for row, item in items):
            raise TableError(
                "none of its seals is of this review: it is a file of another review, or its Seal "
                f"column was changed; {FRESH}."
            )
        return
    lost = [name for name in NAMES if name not in form.columns]
    if lost:
        raise TableError(
            f"the columns Seal and {', '.join(lost)} are missing, so nothing proves which item a "
            f"row is about; {FRESH}."
        )
    if issued.campaign not in marks:
        raise TableError(f"neither a seal nor its title says which review it is of; {FRESH}.")


def _judge(case: Case, form: Form, email: str) -> Judged:
    """Collect everything in one go: nobody should have to send a file back twice."""
    items, own = case.issued.items, case.issued.by_reviewer[email]
    known = [asked(form, row, item) for row, item in _known_rows(form, items)]
    rows = [each for each in known if each.item["reviewer_email"] == email]
    answers, repeats = first_of_each(read_answer(form, each) for each in rows)
    slipped, harmless = edited(form, known, own)
    silent = {row.number for row in form.rows if form.decides_nothing(row)}
    changed = list(altered(form, known, own))
    problems = [
        *torn_sorts(form),
        *slipped,
        *strays(form),
        *(problem for problem in changed if problem.row not in silent),
        *unprovable(form, rows, own),
        *merged(form),
        *not_own(form, items, email),
        *unanswerable(form, [*answers, *repeats]),
        *contradicting(form, answers, repeats),
        *([] if case.rules.replace else changed_minds(form, answers, case.before)),
    ]
    harmless += [problem for problem in changed if problem.row in silent]
    signed = find_sign_off(case.returned)
    return Judged(form, own, signed, answers, repeats, problems, harmless)


def _known_rows(form: Form, items: Mapping[str, Item]) -> Iterator[tuple[Row, Item]]:
    """Also other reviewers' rows: what slipped may have slipped into them."""
    for row in form.rows:
        item = items.get(form.item_id(row))
        if item is not None:
            yield row, item


def _settle(case: Case, judged: Judged) -> tuple[list[Decision], Receipt]:
    """What is accepted in the end, and the receipt that says so."""
    fallen = {problem.row for problem in judged.problems}
    answers = judged.answers
    sound = [each for each in answers if each.decision and each.asked.row.number not in fallen]
    new = [each for each in sound if not _is_known(case, judged, each)]
    may_be_partial = case.rules.partial and None not in fallen and bool(new)
    refused = bool(judged.problems) and not may_be_partial
    accepted = [] if refused else new
    decided = [_decision(case, judged, each) for each in accepted]
    answered = {each.item_id for each in accepted}
    missing = _missing(judged)
    receipt = Receipt(
        case.arrival,
        case.rules,
        REFUSED if refused else PARTLY if judged.problems else ACCEPTED,
        kind=case.returned.kind,
        reviewer=str(judged.own[0]["reviewer"]),
        reviewer_email=str(judged.own[0]["reviewer_email"]),
        signed={name: str(getattr(judged.signed, name)) for name in ("name", "email", "on")},
        rows=_counted(judged, fallen, len(sound) - len(new), len(accepted), len(missing)),
        decisions=_by_word(decided),
        words=_readings(answers),
        replaced=tuple(
            _replaced(case, judged.form, each) for each in accepted if _is_new(case, each)
        ),
        taken=tuple(_to_check(judged.form, each) for each in accepted if each.decision != "Keep"),
        problems=_shown(judged.problems),
        warnings=(*_shown(judged.harmless), *_warnings(judged), *_late(case, accepted)),
        notes=tuple(_notes(case, judged, len(sound) - len(new))),
        missing=missing,
        open=tuple(
            str(item["item_id"])
            for item in judged.own
            if item["item_id"] not in case.before and item["item_id"] not in answered
        ),
    )
    return decided, receipt


def _is_known(case: Case, judged: Judged, answer: Answer) -> bool:
    """Said already in an earlier file, and nothing is gained: a first signature is a gain."""
    earlier = case.before.get(answer.item_id)
    if earlier is None or not is_same(answer, earlier):
        return False
    return isinstance(earlier["signed_email"], str) or not judged.signed.email


def _is_new(case: Case, answer: Answer) -> bool:
    """Does it say something else than an earlier file?"""
    earlier = case.before.get(answer.item_id)
    return earlier is not None and not is_same(answer, earlier)


def _replaced(case: Case, form: Form, answer: Answer) -> dict[str, str]:
    earlier = case.before[answer.item_id]
    return {
        "item": answer.item_id,
        "cell": form.cell(answer.asked.row, DECISION),
        "was": in_words(earlier),
        "now": in_words(answer),
        "file": str(earlier["file"]),
    }


def _late(case: Case, accepted: Sequence[Answer]) -> Iterator[Problem]:
    """Answers that nothing is done with until somebody asks for it."""
    day = case.issued.applied
    if day and accepted:
        yield Problem(
            "",
            f"it came after removals were carried out ({day}): its {len(accepted):,} answers are "
            "on record, none is applied; look through them, then run uar plan and uar apply again",
        )


def _decision(case: Case, judged: Judged, answer: Answer) -> Decision:
    earlier = case.before.get(answer.item_id)
    return {
        "item_id": answer.item_id,
        "decision": answer.decision,
        "written": cleaned(answer.written)[:200],
        "reason": answer.reason or None,
        "comment": answer.comment or None,
        "reviewer_email": answer.asked.item["reviewer_email"],
        "signed_name": judged.signed.name or None,
        "signed_email": judged.signed.email or None,
        "signed_on": judged.signed.on or None,
        "file": case.arrival.file,
        "cell": judged.form.cell(answer.asked.row, DECISION),
        "received_at": case.arrival.received_at,
        "replaces": earlier["file"] if earlier else None,
    }


def _missing(judged: Judged) -> tuple[str, ...]:
    """Items of the workbooks in this file that have no row in it."""
    present = {each.item_id for each in judged.answers}
    books = {each.asked.item["workbook"] for each in judged.answers}
    items = (item for item in judged.own if item["workbook"] in books)
    return tuple(str(item["item_id"]) for item in items if item["item_id"] not in present)


def _counted(
    judged: Judged, fallen: set[int | None], unchanged: int, accepted: int, missing: int
) -> Count:
    own = {each.asked.row.number for each in (*judged.answers, *judged.repeats)}
    seen = own | (fallen - {None})
    blank = [
        each for each in judged.answers if not each.decision and each.asked.row.number not in fallen
    ]
    repeated = [each for each in judged.repeats if each.asked.row.number not in fallen]
    refused = len(fallen - {None})
    rest = len(seen) - refused - len(blank) - len(repeated) - unchanged - accepted
    return Count(len(seen), accepted, unchanged, len(blank), refused, rest, len(repeated), missing)


def _by_word(decided: Sequence[Decision]) -> dict[str, int]:
    counts = Counter(each["decision"] for each in decided)
    return {word: counts[word] for word in DECISION_WORDS}


def _readings(answers: Sequence[Answer]) -> tuple[Mapping[str, object], ...]:
    """How words were read, where they were not one of the four."""
    said = Counter(
        (cleaned(each.written)[:80], each.decision)
        for each in answers
        if each.decision and cleaned(each.written) != each.decision
    )
    return tuple(
        {"written": written, "read_as": decision, "rows": rows}
        for (written, decision), rows in sorted(said.items())
    )


def _to_check(form: Form, answer: Answer) -> dict[str, str]:
    item = answer.asked.item
    return {
        "decision": answer.decision,
        "item": answer.item_id,
        "holder": str(item["holder_name"]),
        "entitlement": str(item["entitlement"]),
        "reason": answer.reason,
        "cell": form.cell(answer.asked.row, DECISION),
    }


def _shown(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """From top to bottom, each said once, though it may fell many rows."""
    ordered = sorted(problems, key=lambda each: each.row or 0)
    return tuple({(each.cell, each.says): each for each in ordered}.values())


def _warnings(judged: Judged) -> Iterator[Problem]:
    """Accepted all the same, but a person should look."""
    form, signed = judged.form, judged.signed
    reviewer = str(judged.own[0]["reviewer_email"])
    decided = sum(bool(each.decision) for each in judged.answers)
    for each in judged.answers:
        if not each.decision and not each.wrong and each.reason:
            says = "a reason without a decision: the item stays not reviewed"
            yield Problem(form.cell(each.asked.row, REASON), says, item=each.item_id)
    if not decided:
        yield Problem("", "nothing is decided in it: every Decision is blank")
    if not signed.email:
        yield Problem("", "it is not signed: ask for name, e-mail and date on the sheet Sign-off")
    elif fold(signed.email) != fold(reviewer):
        says = f"it is signed by {signed.email}, but was put to {reviewer}: ask both"
        yield Problem("", f"{says}; what was handed over belongs on record with uar reassign")
    lacking = [word for word, given in (("name", signed.name), ("date", signed.on)) if not given]
    if signed.email and lacking and not signed.unclear:
        yield Problem("Sign-off", f"the {' and the '.join(lacking)} of the signature is missing")
    if signed.unclear:
        yield Problem("Sign-off", signed.unclear)
    answered = sum(not is_blank(each.written) for each in judged.answers)
    if signed.count and signed.count != str(answered):
        yield Problem("Sign-off", f"it says {signed.count} items, but {answered} are answered")
    if fold(signed.conflict) not in ("", "no", "none"):
        says = f"a conflict of interest is stated ({signed.conflict}): have somebody else decide"
        yield Problem("Sign-off", says)


def _notes(case: Case, judged: Judged, unchanged: int) -> Iterator[str]:
    form = judged.form
    for each in judged.answers:
        yield from each.notes
    if judged.repeats:
        cells = listed([form.cell(each.asked.row, ITEM) for each in judged.repeats])
        yield f"The same item with the same answer again, counted once: {cells}."
    if unchanged:
        yield f"{unchanged:,} answers are as an earlier file gave them."
    kept = [each for each in judged.answers if not each.decision and each.item_id in case.before]
    if kept:
        cells = listed([form.cell(each.asked.row, DECISION) for each in kept])
        yield f"Blank here, so the earlier answer stays (Not sure would take it back): {cells}."
    hidden = [each for each in judged.answers if each.decision and each.asked.row.hidden]
    if hidden:
        cells = listed([form.cell(each.asked.row, DECISION) for each in hidden])
        yield f"Rows that a filter or a person hid count as well: {cells}."
    known = {each.asked.row.number for each in (*judged.answers, *judged.repeats)}
    extra = [
        form.cell(row, ITEM)
        for row in form.rows
        if row.number not in known and form.decides_nothing(row)
    ]
    if extra:
        yield f"Rows that are no items of this file and decide nothing: {listed(extra)}."
    if case.issued.due and case.arrival.received_at[:10] > case.issued.due.isoformat():
        yield f"It came after the due date, {case.issued.due.isoformat()}."
