"""The door into every DataFrame: complete, typed, unique; all failures at once."""

from __future__ import annotations

from typing import cast

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uar import snapshot, tables
from uar.errors import TableError
from uar.snapshot import from_lines, to_lines
from uar.tables import ACCOUNTS, GRANTS, Table

TABLES = [each for each in vars(tables).values() if isinstance(each, Table)]
GRANT = {
    "grant_id": "g>u",
    "holder_id": "u",
    "holder_kind": "user",
    "entitlement_id": "g",
    "revocable": True,
}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_rows_have_the_same_columns_and_types_as_some(table: Table) -> None:
    empty = table.empty()
    assert list(empty.columns) == list(table.names)
    for column in table.columns:
        assert str(empty[column.name].dtype) == column.type


def test_absent_none_and_empty_text_are_all_unknown() -> None:
    rows = [
        {"account_id": str(n), "kind": "user", "source_id": "1", "status": "active", **extra}
        for n, extra in enumerate(({}, {"department": None}, {"department": ""}))
    ]
    assert ACCOUNTS.frame(rows)["department"].isna().all()


def test_every_failure_is_named_at_once() -> None:
    rows = [
        {**GRANT, "holder_kind": "robot", "revocable": "yes"},
        {**GRANT, "holder_id": None, "colour": "red"},
    ]
    with pytest.raises(TableError) as caught:
        GRANTS.frame(rows)
    text = str(caught.value)
    assert "column colour: not part of this table" in text
    assert "row 1, column holder_kind: 'robot' is none of" in text
    assert "row 1, column revocable: 'yes' is not a boolean" in text
    assert "row 2, column holder_id: is empty and must not be" in text
    assert "column grant_id: g>u stands more than once" in text
    assert len(caught.value.problems) >= 5


def test_a_number_is_not_quietly_a_text() -> None:
    with pytest.raises(TableError, match="row 1, column holder_id: 7 is not a string"):
        GRANTS.frame([{**GRANT, "holder_id": 7}])


def test_one_is_not_quietly_true() -> None:
    with pytest.raises(TableError, match="is not a boolean"):
        GRANTS.frame([{**GRANT, "revocable": 1}])


@pytest.mark.parametrize(
    "given_time", ["2024-01-12T09:15:42.369Z", "2024-01-12T10:15:42.369+01:00"]
)
def test_times_are_utc(given_time: str) -> None:
    row = {"account_id": "a", "kind": "user", "source_id": "1", "status": "active"}
    frame = ACCOUNTS.frame([{**row, "created_at": given_time}])
    assert frame["created_at"].iloc[0] == pd.Timestamp("2024-01-12T09:15:42.369Z")


def test_a_broken_time_names_its_row() -> None:
    row = {"account_id": "a", "kind": "user", "source_id": "1", "status": "active"}
    with pytest.raises(TableError, match="row 1, column created_at: 'yesterday' is not a"):
        ACCOUNTS.frame([{**row, "created_at": "yesterday"}])


texts = st.text(min_size=1).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))


HEADS = st.sampled_from(
    [
        b'"',
        b"{",
        b"}",
        b"},",
        b"\n",
        b" ",
        b"null",
        b"NaN",
        b"1",
        b"[",
        b"\\u0000",
        b"\\ud800",
        b"\xff",
    ]
)


@pytest.mark.parametrize("piece", [1, 300, 10_000])
@given(
    st.lists(texts, min_size=1, max_size=4, unique=True),
    st.lists(st.tuples(HEADS, st.floats(0, 1)), max_size=3),
)
def test_lines_are_read_as_rows_are(
    piece: int, keys: list[str], put: list[tuple[bytes, float]]
) -> None:
    """Arrow reads them, and answers as rows of Python do, whatever was put in between."""
    rows = [
        {**GRANT, "grant_id": key, "sudo": None, "why_not": key[::-1] + "}"[at:]}
        for at, key in enumerate(keys)
    ]
    lines = to_lines(GRANTS.frame(rows))
    for text, share in put:
        at = int(share * len(lines))
        lines = lines[:at] + text + lines[at:]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot, "PARSED", piece)
        found = _answer(lines)
        patch.setattr(snapshot, "_plain", lambda _: False)
        wanted = _answer(lines)
    if isinstance(wanted, pd.DataFrame):
        pd.testing.assert_frame_equal(cast(pd.DataFrame, found), wanted)
    else:
        assert found == wanted


def _answer(lines: bytes) -> pd.DataFrame | str:
    try:
        return from_lines(GRANTS, lines)
    except TableError as error:
        return str(error)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"null", "line 3 is no JSON object"),
        (b"[]", "line 3 is no JSON object"),
        (b'{"a": 1}, {"a": 2}', "line 3 is no JSON object"),
        (b"[" * 100_000, "line 3 is no JSON object"),
        (b"\xff", "line 3 is no JSON object"),
        (b'{"new": 1}', "column new: not part of this table"),
    ],
)
def test_a_line_that_is_no_row_is_named(line: bytes, says: str) -> None:
    first = to_lines(GRANTS.frame([GRANT]))
    for rest in (b"", b"\n"):
        with pytest.raises(TableError, match=says):
            from_lines(GRANTS, first + b"\n" + line + rest)


@given(st.lists(texts, unique=True), st.data())
def test_lines_bring_back_the_same_table(keys: list[str], data: st.DataObject) -> None:
    rows = [
        {
            **GRANT,
            "grant_id": key,
            "revocable": data.draw(st.booleans()),
            "why_not": data.draw(st.none() | texts),
        }
        for key in keys
    ]
    frame = GRANTS.frame(rows)
    again = from_lines(GRANTS, to_lines(frame))
    pd.testing.assert_frame_equal(again, frame)
