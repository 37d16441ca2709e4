"""What each row answers, and every rule that an answer breaks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from uar.decisions.form import DAYS, FRESH, Form, read_day
from uar.decisions.population import Item
from uar.decisions.returned import Row
from uar.decisions.trust import Asked, Problem
from uar.decisions.words import LIMIT, cleaned, fact, is_reason, understand
from uar.sheet import COMMENT, DECISION, ITEM, REASON, SHOWN, cells, is_item_id

Decision = Mapping[str, Any]  # a row of DECISIONS


@dataclass(frozen=True)
class Answer:
    """What one row says; `decision` is "" where nothing is decided."""

    asked: Asked
    decision: str
    written: str
    reason: str
    comment: str
    wrong: tuple[tuple[str, str], ...] = ()  # heading, sentence
    notes: tuple[str, ...] = ()

    @property
    def item_id(self) -> str:
        return str(self.asked.item["item_id"])

    @property
    def said(self) -> tuple[str, str, str]:
        return self.decision, self.reason, self.comment


def read_answer(form: Form, each: Asked) -> Answer:
    """Read one row's answer; every rule it breaks is named."""
    row, wrong, notes = each.row, [], []
    written = form.text(row, DECISION)
    decision, unclear = understand(written)
    if unclear:
        wrong.append((DECISION, unclear))
    for heading in (ITEM, DECISION, REASON) if form.is_calculated(row) else ():
        if form.has_no_value(row, heading):
            wrong.append((heading, "holds a formula without a value: type the text itself"))
        elif (row.number, form.columns.get(heading, 0)) in form.sheet.formulas:
            notes.append(f"{form.cell(row, heading)}: a formula; the value it showed was read.")
    reason, comment = (_recorded(form, row, heading, notes) for heading in (REASON, COMMENT))
    if decision and not is_reason(reason) and _needs_reason(decision, each.item):
        why = "" if decision != "Keep" else " here, because the access is privileged or flagged"
        wrong.append((REASON, f"{decision} needs a reason{why}: write one"))
    return Answer(each, decision, written, reason, comment, tuple(wrong), tuple(notes))


def _needs_reason(decision: str, item: Item) -> bool:
    return decision in ("Revoke", "Modify") or (decision == "Keep" and bool(item["reason_on_keep"]))


def _recorded(form: Form, row: Row, heading: str, notes: list[str]) -> str:
    """A text as it goes on record; what was left out is noted."""
    raw = form.text(row, heading)
    if not raw:
        return ""
    text = cleaned(raw)
    if len(text) < len(raw.replace("\r\n", "\n").strip()):
        notes.append(f"{form.cell(row, heading)}: control characters were left out.")
    if len(text) > LIMIT:
        notes.append(
            f"{form.cell(row, heading)}: the first {LIMIT:,} of {len(text):,} characters are on "
            "record; the returned file holds them all."
        )
    if DAYS.fullmatch(text) and not form.sheet.by_line and (day := read_day(text, form.epoch)):
        notes.append(
            f"{form.cell(row, heading)}: the number {text} is on record; if the cell shows a date, "
            f"it is {day}."
        )
    return text[:LIMIT]


def first_of_each(answers: Iterable[Answer]) -> tuple[list[Answer], list[Answer]]:
    """(the first row of each item, the further rows)."""
    first: dict[str, Answer] = {}
    repeats = [each for each in answers if first.setdefault(each.item_id, each) is not each]
    return list(first.values()), repeats


def unprovable(form: Form, rows: Sequence[Asked], own: Sequence[Item]) -> Iterator[Problem]:
    """Without seals, items that look alike cannot be told apart."""
    if form.is_sealed:
        return
    alike = Counter(_names(item) for item in own)
    for each in rows:
        if alike[_names(each.item)] > 1 and not form.decides_nothing(each.row):
            yield Problem(
                form.cell(each.row, ITEM),
                f"without the Seal column this item cannot be told from another one: {FRESH}",
                each.row.number,
                str(each.item["item_id"]),
            )


def _names(item: Item) -> tuple[str, ...]:
    return tuple(fact(text) for shown, text in zip(SHOWN, cells(item), strict=True) if shown.names)


def not_own(form: Form, items: Mapping[str, Item], email: str) -> Iterator[Problem]:
    """Answered rows whose id is damaged, unknown, or another reviewer's."""
    for row in form.rows:
        identifier = form.item_id(row)
        if not identifier or form.decides_nothing(row):
            continue
        item = items.get(identifier)
        if item is not None and item["reviewer_email"] == email:
            continue
        if item is not None and item["routed_by"] == "reassign":
            says = (
                f"{identifier} was moved to {item['reviewer']} ({item['reviewer_email']}, "
                f"{item['workbook']}), who decides it now: delete the row"
            )
        elif item is not None:
            says = (
                f"{identifier} was put to {item['reviewer']} ({item['reviewer_email']}, "
                f"{item['workbook']}): delete the row, answer it there, or hand the item over with "
                f"uar reassign --item {identifier}"
            )
        elif is_item_id(identifier):
            says = f"{identifier} is no item of this review: delete the row"
        else:
            text = cleaned(form.text(row, ITEM))[:40]
            says = f"{text!r} is no item id (a slip in typing?): {FRESH}"
        yield Problem(form.cell(row, ITEM), says, row.number, identifier if item else "")


def unanswerable(form: Form, answers: Iterable[Answer]) -> Iterator[Problem]:
    for answer in answers:
        row = answer.asked.row
        for heading, says in answer.wrong:
            if heading == REASON and REASON not in form.columns:
                says += f" (the sheet has no column {REASON})"
            yield Problem(form.cell(row, heading), says, row.number, answer.item_id)


def contradicting(
    form: Form, first: Iterable[Answer], repeats: Sequence[Answer]
) -> Iterator[Problem]:
    """The same item twice, not saying the same."""
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in (*first, *repeats):
        groups[answer.item_id].append(answer)
    for group in groups.values():
        if len({each.said for each in group}) > 1:
            both = form.cells([each.asked.row for each in group], DECISION)
            for each in group:
                yield Problem(
                    both,
                    f"{each.item_id} stands there more than once with different answers: "
                    "delete all rows but the one that counts",
                    each.asked.row.number,
                    each.item_id,
                )


def changed_minds(
    form: Form, first: Iterable[Answer], before: Mapping[str, Decision]
) -> Iterator[Problem]:
    """Another answer than an earlier file gave."""
    for answer in first:
        earlier = before.get(answer.item_id)
        if earlier and answer.decision and not answer.wrong and not is_same(answer, earlier):
            yield Problem(
                form.cell(answer.asked.row, DECISION),
                f"{in_words(answer)}, but {earlier['file']} says {in_words(earlier)}: take the "
                "new answers with --replace, or correct the cell",
                answer.asked.row.number,
                answer.item_id,
            )


def in_words(answer: Answer | Decision) -> str:
    if isinstance(answer, Answer):
        decision, reason, _ = answer.said
    else:
        decision, reason = answer["decision"], _text(answer["reason"])
    return f"{decision} ({reason[:60]})" if reason else str(decision)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def is_same(answer: Answer, earlier: Decision) -> bool:
    return answer.said == tuple(_text(earlier[key]) for key in ("decision", "reason", "comment"))
