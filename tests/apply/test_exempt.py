"""Members whom a group's rule chooses: exempted, removed, seen to stay away, and put back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.apply import house as h
from tests.apply.house import Invoke
from tests.apply.test_plan import ANA_FINANCE, blocked, made, only
from tests.apply.test_plan import _tenant as _tenant
from tests.sandbox import small as s
from uar import journal
from uar.folder import JOURNAL, Folder
from uar.sandbox.server import Sandbox

EXEMPT = b"[apply]\nexempt_dynamic = true\n"
ANA = {"id": s.ANA, "type": "USER"}
OTHER = {"id": s.DIA, "type": "USER"}
MEMBER = h.edge(s.DYNAMIC, s.ANA)


@pytest.fixture
def box(box: Sandbox) -> Sandbox:
    h.change(box.tenant.usergroups, s.DYNAMIC, memberQueryExemptions=[OTHER])
    return box


def exemptions(box: Sandbox) -> list[dict[str, Any]]:
    group = box.tenant.usergroups.get(s.DYNAMIC)
    assert group
    return list(group["memberQueryExemptions"])


def planned(path: Path, box: Sandbox) -> Folder:
    folder = h.review(path, box, {ANA_FINANCE: "Revoke"})
    assert h.planned(folder, EXEMPT)["removals"]
    return folder


def carried_out(folder: Folder, box: Sandbox, pause: Any = None) -> h.Outcomes:
    with h.client(box) as client:
        return h.carry_out(folder, client, pause=pause or (lambda seconds: None))


def test_only_where_the_settings_allow_it() -> None:
    assert "apply.exempt_dynamic = true" in blocked({ANA_FINANCE: "Revoke"})["do"]
    row = only(made({ANA_FINANCE: "Revoke"}, exempt_dynamic=True).removals)
    assert row["exempt"] is True
    assert row["does"] == (
        "Exempts ana from the rule of Finance, then takes them out of the group Finance."
    )


def test_the_removal_lasts_and_the_rest_of_the_group_is_as_before(
    box: Sandbox, tmp_path: Path
) -> None:
    before, group = h.state(box), box.tenant.usergroups.get(s.DYNAMIC)
    folder = planned(tmp_path / "q", box)
    box.options.rule_run = "on_demand"
    waited: list[float] = []

    def pause(seconds: float) -> None:
        waited.append(seconds)
        box.tenant.run_rules()

    assert carried_out(folder, box, pause) == {ANA_FINANCE: "removed"}
    assert len(waited) == 1
    assert before["edges"] - h.state(box)["edges"] == {MEMBER}
    assert exemptions(box) == [OTHER, ANA]
    assert box.tenant.usergroups.get(s.DYNAMIC) == {
        **(group or {}), "memberQueryExemptions": [OTHER, ANA],
    }  # fmt: skip
    lines = journal.lines((folder.path / JOURNAL).read_bytes())
    phases = [line["phase"] for line in lines]
    assert phases == ["run", "intent", "step", "intent", "result", "run", "verify"]
    assert lines[2]["answer"]["status"] == 200
    assert lines[1]["request"]["body"] == {"memberQueryExemptions": [OTHER, ANA]}
    assert lines[-1]["outcome"] == "still gone"
    assert folder.verify()[1] is None


def test_what_the_rule_brings_back_is_said(box: Sandbox, tmp_path: Path) -> None:
    """Somebody takes the exemption away while we wait: the rule has the last word again."""
    folder = planned(tmp_path / "q", box)

    def pause(seconds: float) -> None:
        h.change(box.tenant.usergroups, s.DYNAMIC, memberQueryExemptions=[])
        box.tenant.run_rules()

    carried_out(folder, box, pause)
    row = journal.outcomes((folder.path / JOURNAL).read_bytes()).iloc[0]
    assert (row["outcome"], row["verified"]) == ("removed", "back again")


class Between:
    """A client that lets something happen once the exemption is written."""

    def __init__(self, client: Any, happens: Callable[[], object]) -> None:
        self.client, self.happens, self.credential = client, happens, client.credential

    def request(self, method: str, path: str, **more: Any) -> Any:
        answer = self.client.request(method, path, **more)
        if method == "PUT":
            self.happens()
        return answer

    def stop(self) -> None:
        self.client.stop()


def happened_between(
    box: Sandbox, folder: Folder, happens: Callable[[], object]
) -> tuple[str, str, list[str]]:
    """(outcome, detail, methods of the writes)."""
    with h.client(box) as client:
        h.carry_out(folder, Between(client, happens))
    row = journal.outcomes((folder.path / JOURNAL).read_bytes()).iloc[0]
    return row["outcome"], row["detail"], [each.method for each in h.writes(box)]


def test_what_changes_between_the_two_writes_stops_the_second(box: Sandbox, tmp_path: Path) -> None:
    """And the result says that the first was carried out."""
    folder = planned(tmp_path / "q", box)
    outcome, detail, sent = happened_between(
        box, folder, lambda: h.change(box.tenant.usergroups, s.DYNAMIC, name="Payroll admins")
    )
    assert outcome == "drift"
    assert "The group has another name than the one that was reviewed." in detail
    assert "The write that comes before the removal was carried out." in detail
    assert sent == ["PUT"]
    assert MEMBER in h.state(box)["edges"]
    assert ANA in exemptions(box)


def test_whoever_is_out_before_the_second_write_was_not_taken_out_by_us(
    box: Sandbox, tmp_path: Path
) -> None:
    folder = planned(tmp_path / "q", box)
    outcome, detail, sent = happened_between(
        box, folder, lambda: box.tenant.graph.cut(("user_group", s.DYNAMIC), ("user", s.ANA))
    )
    assert outcome == "already gone"
    assert "the removal was not sent" in detail
    assert sent == ["PUT"]


def test_undo_takes_the_exemption_back(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    before = h.state(box)
    folder = planned(tmp_path / "q", box)
    carried_out(folder, box)
    assert '"restored"' in run("undo", folder.path, "--yes", "--json").stdout
    assert h.state(box) == before
    assert exemptions(box) == [OTHER]
    box.tenant.run_rules()
    assert h.state(box) == before


def test_somebody_elses_exemption_stays(box: Sandbox, run: Invoke, tmp_path: Path) -> None:
    folder = planned(tmp_path / "q", box)
    h.change(box.tenant.usergroups, s.DYNAMIC, memberQueryExemptions=[ANA])
    assert carried_out(folder, box) == {ANA_FINANCE: "removed"}
    assert not [each for each in box.requests if each.method == "PUT"]
    assert '"restored"' in run("undo", folder.path, "--yes", "--json").stdout
    assert exemptions(box) == [ANA]


def test_a_rule_of_the_newer_form_is_written_as_such(box: Sandbox, tmp_path: Path) -> None:
    query = {"filters": [{"field": "department", "operation": "eq", "value": "Finance"}]}
    h.change(box.tenant.usergroups, s.DYNAMIC, memberQuery=query)
    assert carried_out(planned(tmp_path / "q", box), box) == {ANA_FINANCE: "removed"}


@pytest.mark.parametrize(
    ("fault", "word"),
    [("sticky:method=PUT", "still held"), ("500:method=PUT", "failed"),
     ("reset:method=PUT,after=true", "removed"), ("reset:method=PUT", "failed"),
     ("sticky:method=POST", "still held"), ("500:method=POST,after=true", "removed")],
)  # fmt: skip
def test_each_write_may_fail_and_is_sent_once(
    box: Sandbox, tmp_path: Path, fault: str, word: str
) -> None:
    folder = planned(tmp_path / "q", box)
    box.add_fault(fault)
    assert carried_out(folder, box) == {ANA_FINANCE: word}
    assert (MEMBER in h.state(box)["edges"]) == (word != "removed")
    sent = [each.method for each in h.writes(box)]
    assert len(sent) == len(set(sent))
    box.faults.clear()
    assert carried_out(folder, box) == {ANA_FINANCE: "removed"}
    assert exemptions(box) == [OTHER, ANA]
