"""uar.toml: what is understood, and one clear sentence for what is not."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uar.errors import SetupError
from uar.settings import Settings, load, parse


def test_nothing_said_is_all_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(None) == (Settings(), b"")
    assert parse(b"", "uar.toml") == Settings()


def test_settings_are_read() -> None:
    text = b"""
    [campaign]
    period = "2026-Q4"
    due = 2026-12-15
    [reviewers.owners]
    "Payroll" = "lea@northgate.example"
    [apply]
    protected = ["breakglass"]
    """
    settings = parse(text, "uar.toml")
    assert settings.campaign.due == dt.date(2026, 12, 15)
    assert settings.reviewers.owners["Payroll"] == "lea@northgate.example"
    assert settings.apply.protected == ("breakglass",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[campain]\n", "line 1: there is no setting campain"),
        ("\n[campaign]\ndeu = 2026-12-15\n", "line 3: there is no setting campaign.deu"),
        ('[campaign]\ndue = "15.12."\n', "line 2: campaign.due must be a date"),
        (
            '[campaign]\n\ntime_zone = "Europe/Olso"\n',
            "line 3: campaign.time_zone must be a time zone such as Europe/Oslo; there is no 'Euro",
        ),
        ("[campaign]\nname = 7\n", "line 2: campaign.name must be a text"),
        ('[apply]\nprotected = "x"\n', "line 2: apply.protected must be a list of texts"),
        ("[apply]\nmax_removals_share = 7\n", "line 2: apply.max_removals_share must lie"),
        ("[sync]\nin_flight = 4\n[apply]\nin_flight = 9\n", "line 4: apply.in_flight must lie"),
        ("[apply]\nin_flight = 0\n[sync]\nin_flight = 4\n", "line 2: apply.in_flight must lie"),
        ("[sync]\ncross_check = -1\n", "line 2: sync.cross_check must lie between 0 and 100,000"),
        (
            '[sync]\nleave_out = [\n  "devices",\n  "users",\n]\n',
            "line 4: sync.leave_out: there is no",
        ),
        ('[roster.columns]\nemail = "Mail"\nboss = "Lead"\n', "line 3: roster.columns: there is"),
        ('[close]\ntsa_url = "https://a:b@tsa.example"\n', "line 2: close.tsa_url must be an"),
        ('[branding]\ncolour = "red"\n', "line 2: branding.colour must be six digits"),
        ('[branding]\npaper = "A5"\n', "line 2: branding.paper: there is no A5; known: A4, Letter"),
        ("[apply]\nmax_removals_share = true\n", "must be a number"),
        ('[apply]\nlast_admin_role = "shrug"\n', "there is no shrug; known: delete, read-only"),
        ('[attributes]\nrequired = ["deprtment"]\n', "2: attributes.required: there is no dep"),
        (
            "[[attributes.rules]]\nrequired = []\n",
            "line 1: attributes.rules must say whom it is about, by one of employee_type, dep",
        ),
        ('[[attributes.rules]]\ntitle = ["x"]\n', "line 1: attributes.rules.required is missing"),
        (
            '[[attributes.rules]]\ntitle = ["x"]\nrequired = [\n  "boss",\n]\n',
            "line 4: attributes.rules.required: there is no boss; known: department, title",
        ),
        ("[thresholds]\ngrace_days = 0\n", "2: thresholds.grace_days must lie between 1 and 1"),
        ("[thresholds]\nspan = 2.5\n", "line 2: thresholds.span must be a whole number"),
        ("[thresholds]\nspan = 100001\n", "line 2: thresholds.span must lie between 1 and 100,000"),
        (
            "[thresholds]\nfull_power_share = 1.1\n",
            "line 2: thresholds.full_power_share must lie between 0.001 and 1",
        ),
        ("reviewers = 3\n", "line 1: reviewers must be a table"),
        ("[reviewers]\nowners = []\n", "line 2: reviewers.owners must be a table of texts"),
        ("[campaign\n", "uar.toml: "),
        ('[[sod]]\nname = "x"\n', "line 1: sod.holds is missing"),
        ('\n[[sod]]\nname = "x"\nholds = ["a"]\n', "line 4: sod.holds must name two or more"),
        ('[[sod]]\nname = "x"\nholds = []\nwithout = ["a", "b"]\n', "line 3: sod.holds must name"),
        (
            '[[sod]]\nname = "x"\nholds = ["a", "b"]\n[[sod]]\nname = "y"\nhold = ["a"]\n',
            "line 6: there is no setting sod.hold; known: holds, name, severity, without",
        ),
        (
            '[[sod]]\nname = "x"\nholds = ["a", "b"]\nseverity = "bad"\n',
            "line 4: sod.severity: there is no bad; known: critical, high",
        ),
        (
            '[[sod]]\nname = "x"\nholds = ["Pay", "b"]\nwithout = ["pay "]\n',
            "line 3: the rule x names pay twice",
        ),
        (
            '[[sod]]\nname = "x"\nholds = ["a", "b"]\n[[sod]]\nname = "x"\nholds = ["a", "c"]\n',
            "line 5: a rule is called x already (uar.toml, line 2)",
        ),
        ('sod = [{ name = "x", holds = ["a", "b"] }]\n', "line 1: write each sod under [[sod]]"),
        ("[sod]\n", "line 1: write each sod under [[sod]]"),
        (
            '[[temporary]]\naccount = "a"\nentitlement = "b"\n',
            "line 1: temporary.until is missing",
        ),
        (
            '[domains]\nown = [\n  "a.example",\n  "@b"\n]\n',
            "line 4: domains.own must be written as",
        ),
    ],
)
def test_a_wrong_setting_is_one_sentence_with_its_place(text: str, says: str) -> None:
    with pytest.raises(SetupError) as caught:
        parse(text.encode(), "uar.toml")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be read"):
        load(tmp_path / "missing.toml")


@given(st.binary(max_size=300))
def test_garbage_never_gets_a_traceback(text: bytes) -> None:
    with contextlib.suppress(SetupError):
        parse(text, "uar.toml")


def test_each_rule_keeps_its_place() -> None:
    settings = parse(
        b"""
    [[sod]]   # the first
    name = "Both"
    holds = [
        "Payroll",
        "Ledger",
    ]
    [[ "sod" ]]
    name = "One without the other"
    holds = ['Production']
    without = ["Trained"]
    severity = "critical"
    """,
        "uar.toml",
    )
    assert [rule.name for rule in settings.sod] == ["Both", "One without the other"]
    assert settings.sod[0].holds == ("Payroll", "Ledger")
    assert (settings.sod[1].without, settings.sod[1].severity) == (("Trained",), "critical")
