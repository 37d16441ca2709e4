"""What was found in a returned file -> the answers that are accepted, and the receipt."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set

from uar.decisions.answers import Answer, Decision, in_words, is_same
from uar.decisions.case import Case, Judged
from uar.decisions.form import Form
from uar.decisions.receipt import ACCEPTED, PARTLY, REFUSED, Count, Receipt
from uar.decisions.trust import Problem
from uar.decisions.words import cleaned, fold, is_blank
from uar.sheet import DECISION, ITEM, REASON
from uar.tables import DECISION_WORDS
from uar.text import counted
from uar.when import day_of

Fallen = Set[int | None]  # numbers of refused rows; None: the whole file is


def settle(case: Case, judged: Judged) -> tuple[list[Decision], Receipt]:
    """What is accepted in the end, and the receipt that says so."""
    fallen = {problem.row for problem in judged.problems}
    answers = judged.answers
    sound = [each for each in answers if each.decision and each.asked.row.number not in fallen]
    new = [each for each in sound if not _is_known(case, judged, each)]
    good = [] if None in fallen else new  # what may be taken though other rows are refused
    refused = bool(judged.problems) and not (case.rules.partial and good)
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
        partial_takes=len(good) if refused else 0,
        decisions=_by_word(decided),
        words=_readings(answers),
        replaced=tuple(
            _replaced(case, judged.form, each) for each in accepted if _is_new(case, each)
        ),
        taken=tuple(_to_check(judged.form, each) for each in accepted if each.decision != "Keep"),
        problems=_shown(judged.problems),
        warnings=(
            *_shown(judged.harmless),
            *_warnings(case, judged, fallen),
            *_late(case, accepted),
        ),
        notes=tuple(_notes(case, judged, fallen, len(sound) - len(new))),
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
            f"it came after removals were carried out ({day}): {counted(len(accepted), 'answer')} "
            "on record, none applied; look through what is new, then run uar plan and uar apply "
            "again",
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


def _counted(judged: Judged, fallen: Fallen, unchanged: int, accepted: int, missing: int) -> Count:
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


def _warnings(case: Case, judged: Judged, fallen: Fallen) -> Iterator[Problem]:
    """Accepted all the same, but a person should look."""
    form, signed = judged.form, judged.signed
    reviewer = str(judged.own[0]["reviewer_email"])
    decided = sum(bool(each.decision) for each in judged.answers)
    for each in judged.answers:
        if not each.decision and each.reason and each.asked.row.number not in fallen:
            known = each.item_id in case.before
            stays = "the earlier answer stays" if known else "the item stays not reviewed"
            says = f"a reason without a decision: {stays}"
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
        answers = counted(answered, "is answered", "are answered")
        yield Problem("Sign-off", f"it says {signed.count} items, but {answers}")
    if fold(signed.conflict) not in ("", "no", "none"):
        says = f"a conflict of interest is stated ({signed.conflict}): have somebody else decide"
        yield Problem("Sign-off", says)


def _notes(case: Case, judged: Judged, fallen: Fallen, unchanged: int) -> Iterator[str]:
    form = judged.form
    for each in judged.answers:
        yield from each.notes
    repeats = [each for each in judged.repeats if each.asked.row.number not in fallen]
    if repeats:
        cells = form.cells([each.asked.row for each in repeats], ITEM)
        yield f"The same item with the same answer again, counted once: {cells}."
    if unchanged:
        yield f"{counted(unchanged, 'answer is', 'answers are')} as an earlier file gave them."
    kept = [each for each in judged.answers if not each.decision and each.item_id in case.before]
    if kept:
        cells = form.cells([each.asked.row for each in kept], DECISION)
        yield f"Blank here, so the earlier answer stays (Not sure would take it back): {cells}."
    hidden = [each for each in judged.answers if each.decision and each.asked.row.hidden]
    if hidden:
        cells = form.cells([each.asked.row for each in hidden], DECISION)
        yield f"Rows that a filter or a person hid count as well: {cells}."
    known = {each.asked.row.number for each in (*judged.answers, *judged.repeats)}
    extra = [row for row in form.rows if row.number not in known and form.decides_nothing(row)]
    if extra:
        cells = form.cells(extra, ITEM)
        yield f"Rows that are no items of this file and decide nothing: {cells}."
    due, received = case.issued.due, dt.datetime.fromisoformat(case.arrival.received_at)
    if due and day_of(received, case.issued.time_zone) > due:
        yield f"It came after the due date, {due.isoformat()}."
