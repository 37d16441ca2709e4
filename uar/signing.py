"""The operator's key: made once, kept apart from every review, signs the root hash at closing.

Checking a signature is uar.verify's, which needs no package.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from uar.errors import SetupError
from uar.verify import LEDGER, fingerprint


@dataclass(frozen=True)
class Key:
    """An Ed25519 key. Its secret half is never shown."""

    _private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The public key, as PEM."""
        return self._private.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public)

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


def public_file(path: Path) -> Path:
    """Where the public key lies: beside the key."""
    return path.with_name(path.name + ".pub")


def make(path: Path) -> Key:
    """A new key at `path`, for its owner's eyes only, and the public key beside it."""
    for above in path.absolute().parents:
        if (above / LEDGER).exists():
            raise SetupError(f"{path} lies in a review folder; a key must never go into a pack.")
    key = Key(Ed25519PrivateKey.generate())
    private = key._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(public_file(path), key.public, 0o644)
        _write(path, private, 0o600)
    except FileExistsError as error:
        raise SetupError(
            f"{error.filename} is already there and was left alone; name another place with --key."
        ) from error
    except OSError as error:
        raise SetupError(f"{path} cannot be written ({error.strerror}).") from error
    return key


def load(path: Path) -> Key:
    """The key at `path`; refused when others can read it."""
    try:
        if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SetupError(f"{path} can be read by others; run chmod 600 on it.")
        private = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise SetupError(f"{path}: cannot be read ({error.strerror}); run uar key.") from error
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private = None  # nothing of the file may stand in a message
    if not isinstance(private, Ed25519PrivateKey):
        raise SetupError(f"{path} holds no Ed25519 key without a password; make one with uar key.")
    return Key(private)


def _write(path: Path, content: bytes, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
