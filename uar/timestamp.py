"""An RFC 3161 time stamp: an authority states that a hash existed at a moment.

Only a SHA-256 leaves this machine. The request is one fixed DER structure, so it is written out
here; uar.verify reads the answer.
"""

from __future__ import annotations

import hashlib
import secrets

import httpx

from uar.errors import SourceError
from uar.verify import UNREADABLE, time_stamp

SHA256 = bytes.fromhex("300d06096086480165030402010500")  # AlgorithmIdentifier
PATIENCE = 30.0  # seconds
LONGEST = 1_000_000  # bytes of an answer; real ones have some thousand


def fetch(url: str, message: bytes) -> bytes:
    """The authority's answer, which stamps this message and none other."""
    host = httpx.URL(url).host
    imprint = hashlib.sha256(message).digest()
    nonce = secrets.randbits(62) | 1 << 62  # eight bytes, positive: one DER length
    try:
        answer = httpx.post(
            url,
            content=request(imprint, nonce),
            headers={"Content-Type": "application/timestamp-query"},
            timeout=PATIENCE,
        )
    except httpx.HTTPError as error:
        raise SourceError(
            f"The time stamp authority {host} could not be reached ({type(error).__name__}); "
            "run uar close again, or take close.tsa_url out of the settings file."
        ) from error
    try:
        if answer.status_code != 200 or len(answer.content) > LONGEST:
            raise ValueError
        _, stamped, echoed = time_stamp(answer.content)
    except UNREADABLE as error:
        raise SourceError(
            f"The time stamp authority {host} granted no time stamp (status {answer.status_code}); "
            "see that close.tsa_url in the settings file is its RFC 3161 address."
        ) from error
    if (stamped, echoed) != (imprint, nonce):
        raise SourceError(f"The time stamp authority {host} stamped something else; do not use it.")
    return answer.content


def request(imprint: bytes, nonce: int) -> bytes:
    """TimeStampReq: version 1, what to stamp, the nonce to send back, with the certificate."""
    wanted = _sequence(SHA256 + _value(0x04, imprint))
    return _sequence(
        _value(0x02, b"\1")
        + wanted
        + _value(0x02, nonce.to_bytes(8, "big"))
        + _value(0x01, b"\xff")
    )


def _sequence(content: bytes) -> bytes:
    return _value(0x30, content)


def _value(tag: int, content: bytes) -> bytes:
    """One DER value of less than 128 bytes, as all are here."""
    return bytes((tag, len(content))) + content
