"""A zip file that is the same bytes for the same members, whenever and wherever it is made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

EARLIEST = (1980, 1, 1, 0, 0, 0)  # a zip file knows no earlier time
Member = tuple[str, Iterable[bytes]]  # name, content piece by piece


def zipped(members: Iterable[Member]) -> bytes:
    """The members in their order, compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, pieces in members:
            member = zipfile.ZipInfo(name, EARLIEST)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 0  # the same on Windows and elsewhere
            with archive.open(member, "w") as part:
                for piece in pieces:
                    part.write(piece)
    return buffer.getvalue()
