"""What a time stamp authority states stands in the pack, and openssl agrees with it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.report import made
from tests.seal import authority
from tests.seal.conftest import uar
from uar import timestamp, verify
from uar.errors import SourceError

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authority.found(tmp_path_factory.mktemp("tsa") / "authority")


def opened(tmp_path: Path, url: str) -> tuple[Path, Path]:
    """A review to be closed, and its settings."""
    made.on_disk(tmp_path / "q4", made.review(words=["Keep"]))
    settings = tmp_path / "uar.toml"
    settings.write_text(f'[close]\ntsa_url = "{url}"\n')
    return tmp_path / "q4", settings


def test_openssl_reads_our_request_as_its_own(tmp_path: Path) -> None:
    imprint, nonce = hashlib.sha256(b"root").digest(), 0x4000_0000_0000_0001
    (tmp_path / "query.tsq").write_bytes(timestamp.request(imprint, nonce))
    said = authority.openssl(tmp_path, "ts", "-query", "-in", "query.tsq", "-text").stdout.decode()
    assert "Hash Algorithm: sha256" in said
    assert "Nonce: 0x4000000000000001" in said
    assert "Certificate required: yes" in said
    (tmp_path / "root").write_bytes(b"root")
    theirs = authority.openssl(tmp_path, "ts", "-query", "-data", "root", "-sha256", "-cert").stdout
    start = theirs.index(b"\x30", 1)  # MessageImprint, the same bytes in both
    assert theirs[start : start + 51] in timestamp.request(imprint, nonce)


def test_a_closed_review_is_stamped(tmp_path: Path, tsa: Path) -> None:
    with authority.serving(lambda query: (200, authority.reply(tsa, query))) as url:
        path, settings = opened(tmp_path, url)
        done = uar("close", path, "--settings", settings, "--json")
    assert done.exit_code == 0, done.output
    stamped = json.loads(done.output)["stamped"]
    said = uar("verify", path / "pack.zip")
    assert said.exit_code == 0 and f"Time stamp: {stamped}" in said.output
    shutil.unpack_archive(path / "pack.zip", tmp_path / "pack")
    shutil.copy(tsa / "ca.pem", tmp_path / "pack/CA.pem")
    (command,) = [
        line.split() for line in said.output.splitlines() if line.strip().startswith("openssl")
    ]
    checked = subprocess.run(command, cwd=tmp_path / "pack", capture_output=True, text=True)
    assert checked.returncode == 0 and "Verification: OK" in checked.stdout, checked.stderr
    (tmp_path / "pack" / verify.ROOT_TEXT).write_bytes(b"another root")
    assert subprocess.run(command, cwd=tmp_path / "pack", capture_output=True).returncode != 0


def test_our_reading_is_openssls(tmp_path: Path, tsa: Path) -> None:
    imprint = hashlib.sha256(b"root").digest()
    response = authority.reply(tsa, timestamp.request(imprint, 2**62 + 5))
    moment, stamped, nonce = verify.time_stamp(response)
    assert (stamped, nonce) == (imprint, 2**62 + 5)
    (tmp_path / "r.tsr").write_bytes(response)
    said = authority.openssl(tmp_path, "ts", "-reply", "-in", "r.tsr", "-text").stdout.decode()
    clock = moment.partition("T")[2].rstrip("Z")
    assert moment.endswith("Z") and f"{clock} {moment[:4]} GMT" in said
    for cut in range(0, len(response) - 1, 7):
        try:
            verify.time_stamp(response[:cut])
        except verify.UNREADABLE:
            continue
        raise AssertionError(cut)


def test_a_stamp_of_something_else_is_refused(tsa: Path) -> None:
    other = timestamp.request(hashlib.sha256(b"other").digest(), 2**62)
    with (
        authority.serving(lambda query: (200, authority.reply(tsa, other))) as url,
        pytest.raises(SourceError, match="stamped something else"),
    ):
        timestamp.fetch(url, b"root")


@pytest.mark.parametrize("answer", [(500, b""), (200, b""), (200, b"<html>"), (200, b"\x30\x80")])
def test_without_a_stamp_closing_waits_and_goes_on(
    tmp_path: Path, answer: tuple[int, bytes]
) -> None:
    with authority.serving(lambda _: answer) as url:
        path, settings = opened(tmp_path, url)
        refused = uar("close", path, "--settings", settings)
    assert refused.exit_code == 3 and "granted no time stamp" in refused.output
    again = uar("close", path, "--settings", settings)  # nobody listens any more
    assert again.exit_code == 3 and "could not be reached" in again.output
    assert not (path / "pack.zip").exists()
    settings.write_text("")
    assert uar("close", path, "--settings", settings).exit_code == 0
    assert "Time stamp" not in uar("verify", path).output


def test_a_stamp_moved_to_another_pack_is_found(tsa: Path, closed: Path) -> None:
    stray = authority.reply(tsa, timestamp.request(hashlib.sha256(b"other").digest(), 2**62))
    opened = verify.unpack((closed / "pack.zip").read_bytes())
    for content, says in ((stray, "stamps another root hash"), (b"x", "is not a time stamp")):
        forged = verify.pack({**opened.files, verify.TIME_STAMP: content}, opened.root)
        broken = verify.check_pack(forged).broken
        assert broken == verify.Broken(verify.TIME_STAMP, says)


@pytest.mark.parametrize("url", ["ftp://a", "http://user:password@a/b", "http://"])
def test_the_address_is_checked(tmp_path: Path, url: str) -> None:
    path, settings = opened(tmp_path, url)
    refused = uar("close", path, "--settings", settings)
    assert refused.exit_code == 2 and "close.tsa_url" in refused.output
    assert "password@" not in refused.output
