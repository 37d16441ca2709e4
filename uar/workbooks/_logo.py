"""A logo for Start here: a PNG or JPEG that is what it says, small, and said in words too."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from uar.errors import SetupError

LARGEST = 500_000  # bytes
WIDEST, HIGHEST = 180, 56  # pixels on the sheet; columns C and D are 584 wide
RIGHT_EDGE, LAST_COLUMN = 584, 75
PIXEL = 9_525  # in the units of a drawing
ADVICE = "give a PNG or JPEG picture of at most 500 kB"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


@dataclass(frozen=True)
class Logo:
    """A picture with its size in pixels. `kind`: png or jpeg."""

    content: bytes
    kind: str
    width: int
    height: int


def logo(content: bytes, name: str) -> Logo:
    """The picture in a file. Raises SetupError naming the file where it is none."""
    if len(content) > LARGEST:
        raise SetupError(f"{name}: is larger than 500 kB; {ADVICE}.")
    kind, size = "png", _png(content)
    if size is None:
        kind, size = "jpeg", _jpeg(content)
    if size is None or not 0 < min(size) <= max(size) <= 10_000:
        raise SetupError(f"{name}: is no picture that can be used; {ADVICE}.")
    return Logo(content, kind, *size)


def _png(content: bytes) -> tuple[int, int] | None:
    """Width and height, if it is a whole PNG with nothing after it."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"):
        return None
    at = 8
    while at + 12 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        at += 12 + length
        if kind == b"IEND":
            whole = at == len(content)
            width, height = struct.unpack(">II", content[16:24])
            return (width, height) if whole else None
    return None


def _jpeg(content: bytes) -> tuple[int, int] | None:
    """Width and height, if it is a JPEG from its first to its last mark."""
    if not content.startswith(b"\xff\xd8\xff") or not content.endswith(b"\xff\xd9"):
        return None
    for mark, part in _segments(content):
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC) and len(part) >= 5:
            height, width = struct.unpack(">HH", part[1:5])
            return width, height
    return None


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        mark, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if mark == 0xDA or length < 2:
            return
        yield mark, content[at + 4 : at + 2 + length]
        at += 2 + length


def parts(picture: Logo, says: str) -> dict[str, str]:
    """The parts that put a picture at the right edge of the first sheet, beside `media(picture)`.

    `says`: for those who do not see it.
    """
    scale = min(WIDEST / picture.width, HIGHEST / picture.height, 1)
    wide, high = (max(1, round(side * scale)) for side in (picture.width, picture.height))
    column, offset = (2, RIGHT_EDGE - wide) if wide > LAST_COLUMN else (3, LAST_COLUMN - wide)
    extent = f'cx="{wide * PIXEL}" cy="{high * PIXEL}"'
    return {
        "xl/drawings/drawing1.xml": (
            f'<xdr:wsDr xmlns:xdr="{DRAWING}/spreadsheetDrawing" xmlns:a="{DRAWING}/main">'
            f"<xdr:oneCellAnchor><xdr:from><xdr:col>{column}</xdr:col>"
            f"<xdr:colOff>{offset * PIXEL}</xdr:colOff><xdr:row>1</xdr:row>"
            f"<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext {extent}/><xdr:pic><xdr:nvPicPr>"
            f'<xdr:cNvPr id="2" name="Logo" descr={quoteattr(says)}/><xdr:cNvPicPr>'
            f'<a:picLocks noChangeAspect="1"/></xdr:cNvPicPr></xdr:nvPicPr><xdr:blipFill>'
            f'<a:blip xmlns:r="{RELATIONS}" r:embed="rId1"/><a:stretch><a:fillRect/></a:stretch>'
            f'</xdr:blipFill><xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic>'
            "<xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>"
        ),
        "xl/drawings/_rels/drawing1.xml.rels": _relation("image", f"/{media(picture)}"),
        "xl/worksheets/_rels/sheet1.xml.rels": _relation("drawing", "/xl/drawings/drawing1.xml"),
    }


def media(picture: Logo) -> str:
    """Where the picture itself lies in the file."""
    return f"xl/media/logo.{picture.kind}"


def placed(sheet: str, types: str, picture: Logo) -> tuple[str, str]:
    """The first sheet and the list of content types, with the picture in them."""
    drawing = f'<drawing xmlns:r="{RELATIONS}" r:id="rId1"/></worksheet>'
    known = (
        f'<Default Extension="{picture.kind}" ContentType="image/{picture.kind}"/>'
        '<Override PartName="/xl/drawings/drawing1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.drawing+xml"/></Types>'
    )
    return sheet.replace("</worksheet>", drawing), types.replace("</Types>", known)


def _relation(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/{kind}" Target="{target}"/></Relationships>'
    )
