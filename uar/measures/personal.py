"""Which files of a review hold which personal data, and what a redacted twin has in their place."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

LEFT_OUT, REPLACED, AS_IT_IS = "left out", "commitments", "as it is"
DIRECTORY = (
    "names, logins, e-mail addresses, employee ids, titles, departments, managers and locations of "
    "account holders"
)
REVIEWERS = "names and e-mail addresses of reviewers"
NONE = "none"


@dataclass(frozen=True)
class Personal:
    """`files`: a pattern of names. `twin`: one of the three words above."""

    files: str
    holds: str
    twin: str


# The first pattern that fits a name counts.
PERSONAL = (
    Personal("snapshot/accounts.parquet", DIRECTORY, LEFT_OUT),
    Personal("snapshot/roster.jsonl", "HR's list: names, e-mail, employee ids, dates", LEFT_OUT),
    Personal("snapshot/pages/*", f"{DIRECTORY}, as the tenant sent them", LEFT_OUT),
    Personal("snapshot/uses.parquet", "when an account last used what", LEFT_OUT),
    Personal("snapshot/given.parquet", "who gave whom which access, and when", LEFT_OUT),
    Personal("snapshot/entitlements.parquet", "devices may be named after people", LEFT_OUT),
    Personal("snapshot/contents.parquet", NONE, LEFT_OUT),
    Personal("snapshot/*.parquet", "ids of accounts and what they hold", LEFT_OUT),
    Personal("snapshot/collections.jsonl", NONE, AS_IT_IS),
    Personal("snapshot/gaps.jsonl", "sentences that may name somebody", REPLACED),
    Personal("snapshot/*", "the name of the credential that read the tenant", LEFT_OUT),
    Personal("persons.jsonl", "names, titles, departments; whose accounts are whose", REPLACED),
    Personal("links.jsonl", "why accounts are one person, with the values that agree", REPLACED),
    Personal("findings.jsonl", "what was found about whom", REPLACED),
    Personal("coverage.jsonl", NONE, REPLACED),
    Personal("items.jsonl", f"{DIRECTORY}; {REVIEWERS}", REPLACED),
    Personal("excluded.jsonl", "ids of accounts out of scope, with the reason given", REPLACED),
    Personal("campaign.json", REVIEWERS, REPLACED),
    Personal("workbooks/*", f"{DIRECTORY}; {REVIEWERS}, also in the names of the files", LEFT_OUT),
    Personal("returned/*", "the same, with the reviewers' answers and signatures", LEFT_OUT),
    Personal("reassignments/*", REVIEWERS, REPLACED),
    Personal("receipts/*", f"{REVIEWERS}; whose access was answered for", REPLACED),
    Personal("decisions/*", f"{REVIEWERS}; their reasons and comments", REPLACED),
    Personal("plans/*", "names, logins, e-mail addresses of whom access is taken from", REPLACED),
    Personal("todo/*", "the same, of whom a person has to act for", LEFT_OUT),
    Personal("later.json", "names and logins of whom access was granted to later", REPLACED),
    Personal("journal.jsonl", "ids of accounts; what the tenant said of them", REPLACED),
    Personal("closing.json", "who prepared, acknowledged, approved; their own words", REPLACED),
    Personal("report.html", "all of the above, as far as it is shown", REPLACED),
    Personal("ledger.jsonl", "names of reviewers in names of files", REPLACED),
    Personal(
        "settings/*", "who prepared it; e-mail addresses of owners, protected accounts", LEFT_OUT
    ),
    Personal("exceptions.toml", "who approved which exception, and why", LEFT_OUT),
    Personal("previous/*", "the same of the review before this one", LEFT_OUT),
    Personal("verify.py", NONE, AS_IT_IS),
    Personal("twin.json", NONE, AS_IT_IS),
    Personal("seal/*", "none, unless the public key or the time stamp names one", AS_IT_IS),
    Personal("manifest.json", "names of reviewers in names of files", AS_IT_IS),
    Personal("SHA256SUMS", "names of reviewers in names of files", AS_IT_IS),
    Personal("*", "other reports, which can be made again: as report.html", LEFT_OUT),
)


def of(name: str) -> Personal:
    """What a file holds."""
    return next(entry for entry in PERSONAL if fnmatchcase(name, entry.files))
