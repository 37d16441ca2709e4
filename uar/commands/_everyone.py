"""Every organisation that a multi-tenant credential manages, each into a folder of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uar.commands._freezing import Wish, freeze
from uar.commands._shared import counted, put, put_json, say
from uar.commands._table import put_table
from uar.errors import SetupError, SourceError, UarError
from uar.folder import READING, Folder
from uar.snapshot import HEADER_FILE

if TYPE_CHECKING:
    from uar.sources.jumpcloud import Organization

ORG_ID = "JUMPCLOUD_ORG_ID"
ALREADY = "already there"


@dataclass(frozen=True)
class Told:
    """What came of one organisation."""

    id: str
    name: str
    folder: str
    outcome: str  # "read", "already there" or "failed"
    accounts: int = 0
    grants: int = 0
    gaps: int = 0
    says: str = ""


def freeze_all(directory: Path, environ: Mapping[str, str], wish: Wish) -> list[Told]:
    """One after the other; one that fails does not stop the rest.

    `wish.resume`: what is whole stays, what was interrupted is gone on with, the rest begins.
    """
    from uar.sources.jumpcloud import connect, organizations

    if environ.get(ORG_ID):
        raise SetupError(f"{ORG_ID} names one organisation; unset it to read all of them.")
    with connect(environ) as client:
        found = organizations(client)
    if not found:
        raise SourceError("GET /api/organizations: the key manages no organisation.")
    told = []
    for number, organization in enumerate(found, 1):
        say(f"{number} of {len(found)}: {organization.name or organization.id}")
        told.append(_one(organization, directory, environ, wish))
    return told


def _one(
    organization: Organization, directory: Path, environ: Mapping[str, str], wish: Wish
) -> Told:
    from uar.sources.jumpcloud import connect

    folder = directory / folder_name(organization)
    who = (organization.id, organization.name, str(folder))
    if wish.resume and folder.is_dir() and Folder(folder).has(HEADER_FILE):
        return Told(*who, ALREADY)
    own = Wish(wish.settings, wish.toml, resume=wish.resume and (folder / READING).exists())
    try:
        with connect({**environ, ORG_ID: organization.id}) as client:
            snapshot = freeze(folder, client, own)
    except UarError as error:
        say(f"Error: {error}")
        return Told(*who, "failed", says=str(error))
    return Told(*who, "read", len(snapshot.accounts), len(snapshot.grants), len(snapshot.gaps))


def folder_name(organization: Organization) -> str:
    """Safe on every disk, and of one organisation only, whatever its name is."""
    plain = unicodedata.normalize("NFKD", organization.name.casefold())
    name = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")[:40]
    return f"{name}-{organization.id}" if name else organization.id


def show(told: Sequence[Told], as_json: bool) -> int:
    """Says what came of each; returns the exit code."""
    failed = [each for each in told if each.outcome == "failed"]
    if as_json:
        put_json([asdict(each) for each in told])
    else:
        put_table(
            ("organisation", "outcome", "accounts", "grants", "gaps", "folder"),
            (
                (
                    each.name or each.id,
                    each.outcome,
                    *(
                        f"{number:,}" if each.outcome == "read" else "-"
                        for number in (each.accounts, each.grants, each.gaps)
                    ),
                    each.folder,
                )
                for each in told
            ),
        )
        put()
        for each in failed:
            put(f"{each.name or each.id}: {each.says}")
        whole = len(told) - len(failed)
        put(f"{whole} of {counted(len(told), 'organisation')} frozen.")
        if failed:
            put("Run the same command with --resume: it reads only what is missing.")
    if len(failed) == len(told):
        return SourceError.exit_code
    return 1 if failed or any(each.gaps for each in told) else 0
