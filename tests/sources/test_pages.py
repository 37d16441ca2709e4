"""The answers are kept: every row leads back to one, and no secret is in any."""

from __future__ import annotations

import gzip
import hashlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox import small as names
from uar.sandbox.server import Sandbox
from uar.snapshot import READ_FILE, Snapshot, page_file, to_files
from uar.sources._answers import Answer
from uar.sources._spool import Spool, packed, without_secrets
from uar.sources.jumpcloud import read, trace

from .conftest import CROWD, Connect


def lines(snapshot: Snapshot, collection: str) -> list[dict[str, str]]:
    raw = to_files(snapshot)[f"snapshot/pages/{collection}.jsonl.gz"]
    return [json.loads(line) for line in gzip.decompress(raw).splitlines()]


def answer(body: bytes, path: str = "/list") -> Answer:
    return Answer(200, {"x-total-count": "7", "etag": "x"}, body, "1", "2", "GET", path)


def test_every_row_leads_to_the_answer_it_came_from(connected: Connect) -> None:
    snapshot = read(connected())
    files = to_files(snapshot)
    row_ids = [
        *snapshot.accounts["account_id"],
        *snapshot.entitlements["entitlement_id"],
        *snapshot.grants["grant_id"],
        *snapshot.contents["content_id"],
    ]
    for row_id in row_ids:
        found = trace(row_id, files.__getitem__)
        assert found, row_id
        raw = gzip.decompress(files[found.file]).splitlines()[found.line - 1]
        line = json.loads(raw)
        assert hashlib.sha256(line["body"].encode()).hexdigest() == found.sha256
        assert f"{line['path']}?{line['query']}" == found.request
        assert row_id.rpartition(":")[2] in line["path"] + line["body"]


def test_a_row_on_the_second_page_and_what_is_nowhere(connected: Connect) -> None:
    files = to_files(read(connected()))
    found = trace(f"jumpcloud:group:{names.STAFF}>user:{CROWD[-1]}", files.__getitem__)
    assert found
    assert found.request.startswith(f"/api/v2/usergroups/{names.STAFF}/members?limit=100&skip=198")
    for row_id in (
        f"jumpcloud:group:{names.SALES}>user:{CROWD[-1]}",
        f"jumpcloud:user:{names.NOBODY}",
        "persons:1",
    ):
        assert trace(row_id, files.__getitem__) is None


def test_a_page_is_what_the_server_sent(connected: Connect, box: Sandbox) -> None:
    box.options.totals = "all"
    snapshot = read(connected())
    collections = snapshot.collections.set_index("collection")
    assert set(snapshot.pages) == {READ_FILE, *map(page_file, collections.index)}
    for collection, row in collections.iterrows():
        kept = lines(snapshot, str(collection).replace(" ", "-"))
        assert len(kept) == row["pages"]
        digests = [hashlib.sha256(line["body"].encode()).digest() for line in kept]
        assert hashlib.sha256(b"".join(digests)).hexdigest() == row["sha256"]
    first = lines(snapshot, "group-members")[0]
    client = connected()
    again = client.request("GET", f"{first['path']}?{first['query']}", repeat_safe=True)
    assert again.body == first["body"].encode()
    assert first["x-total-count"] == again.headers["x-total-count"]


def test_pages_stand_in_the_same_order_however_they_came(connected: Connect) -> None:
    one, many = read(connected(), in_flight=1), read(connected(), in_flight=16)
    assert list(one.pages) == list(many.pages)
    for name in [name for name in one.pages if name != READ_FILE]:
        collection = name.removeprefix("snapshot/pages/").removesuffix(".jsonl.gz")
        asked = [
            [
                # The window of the events depends on the second in which they were asked for.
                (line["path"], line["query"] if "method" not in line else "", line["sha256"])
                for line in lines(each, collection)
            ]
            for each in (one, many)
        ]
        assert asked[0] == asked[1] != []


def test_a_secret_that_the_server_sends_is_dropped_and_named(
    connected: Connect, box: Sandbox
) -> None:
    box.options.application_fields_hide_config = False
    (page,) = lines(read(connected()), "applications")
    assert "config" in page["dropped"]
    assert "not a key" not in page["body"]
    assert hashlib.sha256(page["body"].encode()).hexdigest() == page["sha256"]


@pytest.mark.parametrize(
    "name",
    ["config", "sharedSecret", "idpPrivateKey", "clientSecret", "password", "apiKey", "api_key",
     "access_token", "\\u0063onfig"],
)  # fmt: skip
def test_secrets_at_any_depth(name: str) -> None:
    body = b'{"results":[{"a":{"%s":"hush"},"b":"kept"}]}' % name.encode()
    cleaned, dropped = without_secrets(body)
    assert json.loads(cleaned) == {"results": [{"a": {}, "b": "kept"}]}
    assert len(dropped) == 1


@pytest.mark.parametrize(
    "body",
    [b'{"password_never_expires":true}', b'{"apiKeySet":true}', b'[{"jobTitle":"Secretary"}]',
     b'{"password":null, "x": 1}', b'{"public_key" : "ssh-rsa AAAA"}', b'{"mfa_token":false}'],
)  # fmt: skip
def test_what_is_no_secret_stays_byte_for_byte(body: bytes) -> None:
    assert without_secrets(body) == (body, [])


@pytest.mark.parametrize("body", [b'{"config": {"key": "hu', b'\xff{"config":"hush"}', b"\xff\xfe"])
def test_what_cannot_be_read_is_not_kept(body: bytes) -> None:
    assert without_secrets(body)[0] == b""


@given(st.lists(st.tuples(st.sampled_from("abc"), st.text()), max_size=12), st.data())
def test_a_spool_cut_off_anywhere_has_every_whole_answer(
    written: list[tuple[str, str]], data: st.DataObject
) -> None:
    file = io.BytesIO()
    spool, ends = Spool(file), [0]
    for number, (path, text) in enumerate(written):
        body = json.dumps([text]).encode()
        kept = spool.add(f"/{path}", str(number), packed(answer(body, f"/{path}"), str(number)))
        ends.append(kept.start + kept.length)
    raw = file.getvalue()
    cut = data.draw(st.integers(0, len(raw)))
    again = Spool(io.BytesIO(raw[:cut]))
    for number, (path, text) in enumerate(written):
        found = again.find(f"/{path}", str(number))
        assert (found is not None) == (ends[number + 1] <= cut)
        if found:
            came = again.answer(found)
            assert came.json(list) == [text]
            assert came.headers == {"x-total-count": "7"}
    late = again.add("/late", "0", packed(answer(b"[]", "/late"), "0"))
    assert again.answer(late).body == b"[]"


def test_what_was_forgotten_stays_forgotten() -> None:
    file = io.BytesIO()
    spool = Spool(file)
    for path in ("/a", "/b"):
        spool.add(path, "0", packed(answer(b"[1]", path), "0"))
    spool.forget("/a")
    for each in (spool, Spool(io.BytesIO(file.getvalue()))):
        assert each.find("/a", "0") is None
        assert each.find("/b", "0")
