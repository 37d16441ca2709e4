"""How far each reviewer is. Every item is decided or not reviewed; nothing else, nothing twice."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from uar.tables import DECISION_WORDS


def progress(
    items: pd.DataFrame, decisions: pd.DataFrame, last_files: Mapping[str, str]
) -> pd.DataFrame:
    """One row a reviewer, by name. `items`: ITEMS; `decisions`: the counting DECISIONS."""
    answers = items[["item_id", "reviewer", "reviewer_email"]].merge(
        decisions[["item_id", "decision"]], on="item_id", how="left", validate="one_to_one"
    )
    who = [answers["reviewer_email"], answers["reviewer"]]
    table = pd.DataFrame({"items": answers.groupby(who)["item_id"].size()})
    for word in DECISION_WORDS:
        table[word] = (answers["decision"] == word).fillna(False).groupby(who).sum()
    table["decided"] = table[list(DECISION_WORDS)].sum(axis="columns")
    table["not_reviewed"] = answers["decision"].isna().groupby(who).sum()
    table = table.astype(int).reset_index()
    table["last_file"] = table["reviewer_email"].map(lambda email: last_files.get(email, ""))
    return table.sort_values(["reviewer", "reviewer_email"], ignore_index=True)
