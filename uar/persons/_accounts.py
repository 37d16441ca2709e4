"""What the rules compare of an account: addresses, names and numbers, folded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from uar.settings import Persons
from uar.tables import records
from uar.text import folded, is_email, is_placeholder

# Words for a purpose, not for a person: in a name they say nothing, a mailbox of them is shared.
PURPOSES = frozenset(
    """
    account accounts admin administrator admins adm backup billing console contact desk devops
    external finance frontdesk guest help helpdesk hello hr info infra it jumpcloud lab mail
    manager noc noreply office operations ops payroll postmaster reception root sales sec security
    service services shared soc staff support svc sysadmin system team test user webmaster
    """.split()  # noqa: SIM905 - a list of sixty strings reads worse
)


# Letters that Unicode does not take apart, apostrophes, and (in `_words`) the two ways to write an
# umlaut: Søren is Soren, Łukasz Lukasz, O'Brien OBrien, and Müller Mueller and Muller.
PLAIN = str.maketrans(
    dict(zip("øłđðħı", "olddhi", strict=True))
    | {"þ": "th", "æ": "ae", "œ": "oe"}
    | dict.fromkeys("'’‘ʼ`´", "")  # noqa: RUF001 - as people write them
)
# Letters of other scripts that look like one of ours; in a name that has both they are meant to.
ALIKE = str.maketrans("аеорсухіјѕһкмтвноαειοκνρτυχ", "aeopcyxijshkmtbhoaeiokvptux")
LATIN, LIKE_LATIN = re.compile("[a-z]"), re.compile(f"[{''.join(map(chr, ALIKE))}]")


@dataclass(frozen=True, slots=True)
class Account:
    """What the rules compare. Texts are folded, None is unknown."""

    id: str
    kind: str
    login: str  # as written; for sentences
    name: str | None  # as written
    words: frozenset[str]  # of the name, without accents and purposes
    full_name: str | None
    email: str | None
    mailbox: str | None
    alternate: str | None
    recovery: str | None
    employee_id: str | None
    manager_id: str | None
    linked_admin_id: str | None


def accounts_of(
    rows: pd.DataFrame, settings: Persons, placeholders: Iterable[str]
) -> list[Account]:
    human = rows["kind"] != "service"
    email = _address(rows["email"])
    number = folded(rows["employee_id"])
    number = number.mask(is_placeholder(rows["employee_id"], placeholders).fillna(True))
    written = rows["employee_id"].str.strip()
    name = rows["name"].where(human)
    words = [_words(one) for one in name]
    columns = {
        "employee_id": written.groupby(number).transform("first"),  # one spelling for all
        "full_name": pd.Series(map(_full_name, words), index=rows.index, dtype=object),
        "email": email,
        "mailbox": _mailbox(email, settings),
        "alternate": _address(rows["alternate_email"]),
        "recovery": _address(rows["recovery_email"]),
        "manager_id": rows["manager_id"],
        "linked_admin_id": rows["linked_admin_id"],
    }
    columns = {name: values.where(human) for name, values in columns.items()} | {
        "id": rows["account_id"],
        "kind": rows["kind"],
        "login": rows["login"].fillna(rows["email"]).fillna(rows["account_id"]),
        "name": name,
        "words": pd.Series(words, index=rows.index, dtype=object),
    }
    return [Account(**row) for row in records(pd.DataFrame(columns))]


def _address(values: pd.Series[Any]) -> pd.Series[Any]:
    """An e-mail folded; unknown where it has not the form of one."""
    text = folded(values)
    return text.where(is_email(text).fillna(False))


def _mailbox(email: pd.Series[Any], settings: Persons) -> pd.Series[Any]:
    """Where mail to an address arrives: plus tag, alias domain and listed dots folded."""
    aliases = {name.casefold(): of.casefold() for name, of in settings.alias_domains.items()}
    dotless = [name.casefold() for name in settings.dots_ignored]
    parts = email.str.extract("(?P<local>.*)@(?P<domain>.*)")
    domain = parts["domain"].replace(aliases)
    local = parts["local"].str.replace(r"(?<=.)\+.*", "", regex=True)
    local = local.mask(domain.isin(dotless), local.str.replace(".", "", regex=False))
    return local + "@" + domain


def _words(name: object) -> frozenset[str]:
    """The words of a name in lower case, without accents, marks, initials and purposes."""
    if not isinstance(name, str):
        return frozenset()
    text = name.casefold()
    if not text.isascii():
        text = text.translate(ALIKE) if two_scripts(name) else text
        text = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in text if not unicodedata.combining(char))
    text = text.translate(PLAIN)
    for two, one in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        text = text.replace(two, one)
    words = re.findall(r"[^\W\d_]+", text)
    return frozenset(word for word in words if len(word) > 1 or not word.isascii()) - PURPOSES


def two_scripts(name: str) -> bool:
    """Is it written with letters of ours and with others that only look like them?"""
    text = name.casefold()
    return bool(LIKE_LATIN.search(text) and LATIN.search(text))


def _full_name(words: frozenset[str]) -> str | None:
    """Two words, or one in a script that does not part them."""
    full = len(words) > 1 or not "".join(words).isascii()
    return " ".join(sorted(words)) if full else None
