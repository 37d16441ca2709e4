"""From the environment to a client: which key goes where, and which settings are refused."""

from __future__ import annotations

import pytest

from uar.errors import SetupError
from uar.sources._environment import REGIONS
from uar.sources.jumpcloud import connect

KEY = {"JUMPCLOUD_API_KEY": "jca_key"}
PAIR = {"JUMPCLOUD_CLIENT_ID": "id", "JUMPCLOUD_CLIENT_SECRET": "secret"}


@pytest.mark.parametrize(
    ("environ", "host"),
    [
        (KEY, "console.jumpcloud.com"),
        (PAIR, "console.jumpcloud.com"),
        ({**KEY, "JUMPCLOUD_REGION": "EU"}, "console.eu.jumpcloud.com"),
        ({**KEY, "JUMPCLOUD_REGION": "in"}, "console.in.jumpcloud.com"),
        ({**KEY, "JUMPCLOUD_BASE_URL": "https://proxy.example/jc/"}, "proxy.example"),
        ({**KEY, "JUMPCLOUD_BASE_URL": "http://127.0.0.1:8765"}, "127.0.0.1:8765"),
        ({**KEY, "JUMPCLOUD_BASE_URL": "http://localhost"}, "localhost"),
        ({**KEY, "JUMPCLOUD_BASE_URL": "http://[::1]:80"}, "[::1]"),
    ],
)
def test_where_it_leads(environ: dict[str, str], host: str) -> None:
    with connect(environ) as client:
        assert client.host == host


def test_every_address_of_a_region_is_encrypted() -> None:
    assert all(url.startswith("https://") for region in REGIONS.values() for url in region)


def test_the_key_and_the_organisation() -> None:
    with connect({**KEY, "JUMPCLOUD_ORG_ID": "5e00"}) as client:
        assert (client.credential.api_key, client.credential.org_id) == ("jca_key", "5e00")


def test_only_the_apply_key_writes() -> None:
    with connect({**KEY, "UAR_APPLY_API_KEY": "jca_apply"}, write=True) as client:
        assert client.credential.api_key == "jca_apply"
    with pytest.raises(SetupError, match="UAR_APPLY_API_KEY is not set"):
        connect({**KEY, **PAIR}, write=True)
    with pytest.raises(SetupError, match="JUMPCLOUD_API_KEY"):
        connect({"UAR_APPLY_API_KEY": "jca_apply"})


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "set JUMPCLOUD_API_KEY"),
        ({"JUMPCLOUD_API_KEY": ""}, "set JUMPCLOUD_API_KEY"),
        ({"JUMPCLOUD_CLIENT_ID": "id"}, "JUMPCLOUD_CLIENT_SECRET is not set"),
        ({"JUMPCLOUD_CLIENT_SECRET": "hush"}, "JUMPCLOUD_CLIENT_ID is not set"),
        ({**KEY, **PAIR}, "keep one"),
        ({**KEY, "JUMPCLOUD_REGION": "mars"}, "us, eu, in"),
        ({**KEY, "JUMPCLOUD_ORG_ID": "not an id"}, "JUMPCLOUD_ORG_ID"),
    ],
)
def test_what_is_refused(environ: dict[str, str], says: str) -> None:
    with pytest.raises(SetupError, match=says):
        connect(environ)


@pytest.mark.parametrize("name", ["JUMPCLOUD_API_KEY", "JUMPCLOUD_CLIENT_SECRET"])
@pytest.mark.parametrize("value", [" ", "hush\n", "hu sh", "hush\r\nx-evil: 1", "hüsh", "\x00"])
def test_a_key_that_is_none_is_not_shown(name: str, value: str) -> None:
    environ = {name: value} | ({} if name == "JUMPCLOUD_API_KEY" else {"JUMPCLOUD_CLIENT_ID": "a"})
    with pytest.raises(SetupError, match=f"^{name} holds") as raised:
        connect(environ)
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://console.jumpcloud.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://127.evil",
        "http://user:pass@127.0.0.1",
        "https://user@proxy.example",
        "https://proxy.example?x=1",
        "https://proxy.example#x",
        "https://",
        "console.jumpcloud.com",
        "ftp://127.0.0.1",
        "https://proxy.example:port",
        "https://proxy.example:99999",
        "https://[::1",
        "https://proxy example",
        "https://pröxy.example",
        "https://proxy.example/\n",
    ],
)
def test_addresses_that_do_not_get_the_key(url: str) -> None:
    with pytest.raises(SetupError, match="JUMPCLOUD_BASE_URL"):
        connect({**KEY, "JUMPCLOUD_BASE_URL": url})
