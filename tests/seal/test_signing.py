"""The operator's key, its signature over the root hash, and what is said of a wrong one."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from tests.report import made
from tests.seal.conftest import uar
from uar import signing, verify
from uar.errors import SetupError
from uar.verify import ROOT_TEXT, SIGNATURE, SIGNER, signed_by

# RFC 8032, 7.1: secret key, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032(secret: str, public: str, message: str, signature: str) -> None:
    key, text, signed = (bytes.fromhex(word) for word in (public, message, signature))
    assert signed_by(key, text, signed)
    assert Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)).sign(text) == signed
    assert not signed_by(key, text + b"x", signed)
    for place in range(64):
        assert not signed_by(
            key, text, signed[:place] + bytes([signed[place] ^ 1]) + signed[place + 1 :]
        )
    # The same signature with the order added to its number: refused, or there would be two.
    number = int.from_bytes(signed[32:], "little") + verify.ORDER
    assert not signed_by(key, text, signed[:32] + number.to_bytes(32, "little"))
    for short in (signed[:63], signed + b"\0", b""):
        assert not signed_by(key, text, short)
    assert not signed_by(key[:31], text, signed)
    assert not signed_by(b"\xff" * 32, text, signed)


@given(
    st.binary(max_size=80), st.binary(min_size=32, max_size=32), st.integers(0, 511), st.booleans()
)
def test_it_agrees_with_the_package(text: bytes, seed: bytes, bit: int, whole: bool) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signed = key.public_key().public_bytes_raw(), bytearray(key.sign(text))
    signed[bit // 8] ^= 0 if whole else 1 << bit % 8
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes(signed), text)
        theirs = True
    except InvalidSignature:
        theirs = False
    assert signed_by(public, text, bytes(signed)) is theirs is whole


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "deep" / "key.pem"
    done = uar("key", "--key", path, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["fingerprint"] == signing.load(path).fingerprint
    return path


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, key: Path) -> Path:
    path = tmp_path_factory.mktemp("signed") / "q4"
    made.on_disk(path, made.review(words=["Keep"]))
    done = uar("close", path, "--key", key)
    assert done.exit_code == 0 and "Signed by" in done.output, done.output
    return path


def test_the_key_is_its_owners_alone(key: Path) -> None:
    assert key.stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE KEY" in key.read_bytes()
    assert b"PRIVATE" not in signing.public_file(key).read_bytes()
    before = key.read_bytes()
    refused = uar("key", "--key", key)
    assert refused.exit_code == 2 and "already there" in refused.output
    assert key.read_bytes() == before


def test_the_key_has_a_place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UAR_SIGNING_KEY", str(tmp_path / "mine.pem"))
    assert uar("key").exit_code == 0
    assert (tmp_path / "mine.pem").exists()
    monkeypatch.delenv("UAR_SIGNING_KEY")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made.on_disk(tmp_path / "one", made.review(words=["Keep"]))
    assert "Not signed" in uar("close", tmp_path / "one").output
    assert uar("key").exit_code == 0
    made.on_disk(tmp_path / "two", made.review(words=["Keep"]))
    assert "Signed by" in uar("close", tmp_path / "two").output


def test_no_key_goes_into_a_review(tmp_path: Path) -> None:
    made.on_disk(tmp_path / "q4", made.review(upto="sync"))
    refused = uar("key", "--key", tmp_path / "q4/settings/key.pem")
    assert refused.exit_code == 2 and "review folder" in refused.output
    assert not (tmp_path / "q4/settings/key.pem").exists()


def test_a_key_that_is_none_or_open_to_others_is_refused(tmp_path: Path, key: Path) -> None:
    copy = tmp_path / "key.pem"
    shutil.copy(key, copy)
    copy.chmod(0o640)
    with pytest.raises(SetupError, match="chmod 600"):
        signing.load(copy)
    copy.write_text("-----BEGIN SECRET-----\nhunter2\n")
    copy.chmod(0o600)
    made.on_disk(tmp_path / "q4", made.review(words=["Keep"]))
    for place in (copy, tmp_path / "nowhere.pem"):
        refused = uar("close", tmp_path / "q4", "--key", place)
        assert refused.exit_code == 2 and "uar key" in refused.output
        assert "hunter2" not in refused.output
    assert uar("verify", tmp_path / "q4").exit_code == 0  # and nothing was closed


def test_the_secret_is_nowhere_in_the_review(signed: Path, key: Path) -> None:
    secret = b"".join(key.read_bytes().splitlines()[1:-1])
    for path in signed.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert secret not in content and b"PRIVATE KEY" not in content, path


def test_the_signature_can_be_demanded(signed: Path, key: Path, closed: Path) -> None:
    public, own = signing.public_file(key), signing.load(key).fingerprint
    for path in (signed, signed / "pack.zip"):
        for demanded in (public, own, own.upper()):
            done = uar("verify", path, "--signer", demanded, "--json")
            assert done.exit_code == 0 and json.loads(done.output)["signer"] == own
        other = uar("verify", path, "--signer", "0" * 64)
        assert other.exit_code == 5 and other.output.startswith(f"Broken: {SIGNATURE} ")
    assert uar("verify", closed, "--signer", own).exit_code == 5
    for nonsense in ("nonsense", signed / "items.jsonl"):
        assert uar("verify", signed, "--signer", nonsense).exit_code == 2


def test_an_open_review_cannot_be_demanded_signed(tmp_path: Path, key: Path) -> None:
    made.on_disk(tmp_path / "q4", made.review())
    refused = uar("verify", tmp_path / "q4", "--signer", signing.public_file(key))
    assert refused.exit_code == 5 and "only a closed review is signed" in refused.output


def test_openssl_agrees(signed: Path, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    shutil.unpack_archive(signed / "pack.zip", tmp_path)
    check = [
        "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", SIGNER, "-rawin",
        "-in", ROOT_TEXT, "-sigfile", SIGNATURE,
    ]  # fmt: skip
    assert subprocess.run(check, cwd=tmp_path, capture_output=True).returncode == 0
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", SIGNER, "-outform", "DER"],
        cwd=tmp_path,
        capture_output=True,
    ).stdout
    assert verify.digest(der) == verify.fingerprint((tmp_path / SIGNER).read_bytes())
    (tmp_path / ROOT_TEXT).write_bytes(verify.root_text("0" * 64))
    assert subprocess.run(check, cwd=tmp_path, capture_output=True).returncode != 0


def test_a_signature_taken_off_or_put_on_is_found(signed: Path, closed: Path) -> None:
    stranger = signing.Key(Ed25519PrivateKey.generate())
    own = verify.unpack((signed / "pack.zip").read_bytes())
    plain = verify.unpack((closed / "pack.zip").read_bytes())
    text = verify.root_text(own.root)

    def broken(files: dict[str, bytes], root: str) -> str:
        found = verify.check_pack(verify.pack(files, root)).broken
        return found.path if found else ""

    files = dict(own.files)
    assert broken(files, own.root) == ""
    unsigned = {n: c for n, c in files.items() if n not in (SIGNATURE, SIGNER)}
    assert broken(unsigned, own.root) == SIGNATURE
    assert broken({n: c for n, c in files.items() if n != SIGNATURE}, own.root) == SIGNATURE
    forged = {SIGNATURE: stranger.sign(text), SIGNER: stranger.public}
    assert broken({**files, **forged}, own.root) == SIGNER
    assert broken({**files, SIGNER: stranger.public}, own.root) == SIGNATURE
    assert broken({**files, SIGNER: b"\xff"}, own.root) == SIGNATURE
    assert broken({**files, ROOT_TEXT: b"another"}, own.root) == ROOT_TEXT
    other = verify.root_text(plain.root)
    forged = {SIGNATURE: stranger.sign(other), SIGNER: stranger.public}
    assert broken({**plain.files, **forged}, plain.root) == SIGNER


def test_what_was_begun_with_one_key_is_finished_with_it(
    signed: Path, key: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(signed, tmp_path / "copy"))
    lines = (copy / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    (copy / "ledger.jsonl").write_bytes(b"".join(lines[:-1]))
    (copy / "pack.zip").unlink()
    assert uar("key", "--key", tmp_path / "other.pem").exit_code == 0
    refused = uar("close", copy, "--key", tmp_path / "other.pem")
    assert refused.exit_code == 5 and "the key that uar close began with" in refused.output
    assert not (copy / "pack.zip").exists()
    assert uar("close", copy, "--key", key).exit_code == 0
    assert (copy / "pack.zip").read_bytes() == (signed / "pack.zip").read_bytes()
