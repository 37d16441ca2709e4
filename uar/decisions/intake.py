"""One returned file -> the answers it gives and a receipt. All of it, or none, unless asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from uar.decisions.answers import (
    Decision,
    changed_minds,
    contradicting,
    first_of_each,
    not_own,
    read_answer,
    unanswerable,
    unprovable,
)
from uar.decisions.case import Case, Issued, Judged
from uar.decisions.form import FRESH, Form, find_form, find_sign_off
from uar.decisions.population import Item
from uar.decisions.receipt import Receipt, refusal
from uar.decisions.returned import Returned, Row
from uar.decisions.settle import settle
from uar.decisions.trust import NAMES, altered, asked, edited, merged, strays, torn_sorts
from uar.decisions.words import fact
from uar.errors import TableError
from uar.sheet import SEAL

_MARK = re.compile(r"\b(?:CAMPAIGN|FILE)-[A-Z2-7]{4}-[A-Z2-7]{4}\b")


def take(case: Case) -> tuple[list[Decision], Receipt]:
    """Accepted rows of DECISIONS, and the receipt."""
    try:
        form = find_form(case.returned, case.issued.items.keys())
        marks = _marks(case.returned)
        email = _whose(form, case.issued, marks)
        _check_campaign(form, case.issued, marks)
    except TableError as error:
        return [], refusal(case.arrival, case.rules, f"{case.arrival.name}: {error}")
    return settle(case, _judge(case, form, email))


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
        if not issued.items.of(email):
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
    items, own = case.issued.items, list(case.issued.items.of(email).values())
    known = asked(form, list(_known_rows(form, items)), case.issued.key)
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
