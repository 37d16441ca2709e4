"""From the environment to a client: which key, which region, which address. Nothing is sent yet."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from uar.errors import SetupError

from ._bearer import is_header_safe
from ._http import Client, Credential, Patience, is_loopback
from ._values import ID

# (console, Insights, OAuth tokens) of each region (API.md 1).
REGIONS = {
    "us": (
        "https://console.jumpcloud.com",
        "https://api.jumpcloud.com",
        "https://admin-oauth.id.jumpcloud.com/oauth2/token",
    ),
    "eu": (
        "https://console.eu.jumpcloud.com",
        "https://api.eu.jumpcloud.com",
        "https://admin-oauth.id.eu.jumpcloud.com/oauth2/token",
    ),
    "in": (
        "https://console.in.jumpcloud.com",
        "https://api.in.jumpcloud.com",
        "https://admin-oauth.id.in.jumpcloud.com/oauth2/token",
    ),
}


def connect(
    environ: Mapping[str, str], *, write: bool = False, patience: Patience | None = None
) -> Client:
    """A client for the tenant that the environment names.

    `write`: with UAR_APPLY_API_KEY and no other, so that a key meant for reading only reads.
    """
    base_url, insights_url, token_url = _addresses(environ)
    return Client(
        base_url,
        _write_credential(environ) if write else _read_credential(environ),
        insights_url=insights_url,
        token_url=token_url,
        patience=patience or Patience(),
    )


def _read_credential(environ: Mapping[str, str]) -> Credential:
    key = _secret(environ, "JUMPCLOUD_API_KEY")
    client_id = _secret(environ, "JUMPCLOUD_CLIENT_ID")
    client_secret = _secret(environ, "JUMPCLOUD_CLIENT_SECRET")
    if key and (client_id or client_secret):
        raise SetupError(
            "Both JUMPCLOUD_API_KEY and JUMPCLOUD_CLIENT_ID or JUMPCLOUD_CLIENT_SECRET are set; "
            "keep one of the two ways."
        )
    if bool(client_id) != bool(client_secret):
        missing = "JUMPCLOUD_CLIENT_SECRET" if client_id else "JUMPCLOUD_CLIENT_ID"
        raise SetupError(f"{missing} is not set; a service account needs id and secret.")
    if not key and not client_id:
        raise SetupError(
            "No credential: set JUMPCLOUD_API_KEY, or JUMPCLOUD_CLIENT_ID and "
            "JUMPCLOUD_CLIENT_SECRET; a role that may only read is enough."
        )
    return Credential(key, client_id, client_secret, _org_id(environ))


def _write_credential(environ: Mapping[str, str]) -> Credential:
    key = _secret(environ, "UAR_APPLY_API_KEY")
    if not key:
        raise SetupError(
            "UAR_APPLY_API_KEY is not set; set it to the key of an admin who may change groups, "
            "applications and admins. No other key is ever used to change something."
        )
    return Credential(api_key=key, org_id=_org_id(environ))


def _secret(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if value and not is_header_safe(value):
        raise SetupError(
            f"{name} holds a space, a line break or another sign that no key has; set it again."
        )
    return value


def _org_id(environ: Mapping[str, str]) -> str:
    value = environ.get("JUMPCLOUD_ORG_ID", "")
    if value and not ID.fullmatch(value):
        raise SetupError("JUMPCLOUD_ORG_ID is not an id: it has 24 hexadecimal digits.")
    return value


def _addresses(environ: Mapping[str, str]) -> tuple[str, str, str]:
    region = environ.get("JUMPCLOUD_REGION", "").casefold() or "us"
    if region not in REGIONS:
        raise SetupError(f"JUMPCLOUD_REGION must be one of {', '.join(REGIONS)}.")
    given = environ.get("JUMPCLOUD_BASE_URL", "")
    if not given:
        return REGIONS[region]
    base = _checked(given)
    return base, base, f"{base}/oauth2/token"


def _checked(url: str) -> str:
    """An address that may be given the key: https, or http on this machine itself."""
    try:
        parts = urlsplit(url)
        plain = bool(parts.hostname) and url.isascii() and url.isprintable() and " " not in url
        plain = plain and not (parts.username or parts.password or parts.query or parts.fragment)
        _ = parts.port
    except ValueError:
        plain = False
    if not plain or parts.scheme not in ("https", "http"):
        raise SetupError(
            "JUMPCLOUD_BASE_URL must be an address such as https://console.jumpcloud.com, "
            "without name, password or query."
        )
    if parts.scheme == "http" and not is_loopback(url):
        raise SetupError(
            "JUMPCLOUD_BASE_URL would send the key unencrypted; only addresses of this machine "
            "may begin with http://. Use https://."
        )
    return url.rstrip("/")
