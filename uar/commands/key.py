"""uar key: the operator's own key, to sign with when a review is closed."""

from __future__ import annotations

from pathlib import Path

import click

from uar.commands._shared import json_option, key_option, key_path, put, put_json, say


@click.command()
@key_option
@json_option
def command(key: Path | None, as_json: bool) -> None:
    """Make a key that signs evidence packs, and the public key for the auditor.

    The key is written for your eyes only and never into a review; a key that is there is never
    overwritten. uar close signs with it from then on.
    """
    from uar import signing

    path = key_path(key)
    made = signing.make(path)
    public = signing.public_file(path)
    if as_json:
        put_json({"key": str(path), "public": str(public), "fingerprint": made.fingerprint})
        return
    put(f"{path}: the key; keep it to yourself, and a copy of it in a safe.")
    put(f"{public}: the public key, for the auditor.")
    put(f"Fingerprint: {made.fingerprint}")
    say("The auditor checks with: uar verify PACK --signer FINGERPRINT")
