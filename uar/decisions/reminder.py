"""A letter that reminds one reviewer: counts and dates, and of persons only the address it goes to.

It is a draft (RFC 5322, UTF-8): mail programs open it ready to be sent, and break its lines.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from uar.text import EMAIL, plain
from uar.when import UTC, day, day_of, end_of_day

TEXT = """\
Hello,

{title} {due}.

Of what you were asked, {count} not reviewed yet. What is not reviewed is reported as such; it \
never counts as a Keep.

Please open the sheet Decisions, choose Keep, Revoke, Modify or Not sure in each of these rows, \
fill in the sheet Sign-off, and send the workbook back.
{contact}"""


def reminder(
    email: str, open_: int, items: int, campaign: Mapping[str, Any], now: dt.datetime
) -> bytes:
    """The message to a reviewer of whose `items` so many are open. `campaign`: campaign.json."""
    words = filter(None, (plain(campaign[key]) for key in ("name", "period")))
    title, contact = " ".join(words), plain(campaign["contact"])
    count = f"{open_:,} of {items:,} {'item is' if items == 1 else 'items are'}"
    message = EmailMessage(SMTP.clone(utf8=not email.isascii()))
    message["Subject"] = f"{title}: {count} not reviewed yet"
    sender = re.search(EMAIL, contact)
    if sender and sender[0].isascii():
        message["From"] = sender[0]
    message["To"] = email
    message["Date"] = format_datetime(now)
    code = hashlib.sha256(f"{campaign['campaign_id']} {email} {now}".encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{code}@uar.invalid>"
    message["X-Unsent"] = "1"  # a draft: whoever opens it can send it
    text = TEXT.format(
        title=title,
        due=_due(campaign["due"], campaign.get("time_zone", UTC), now),
        count=count,
        contact=f"\nQuestions: {contact}\n" if contact else "",
    )
    message.set_content(text, cte="quoted-printable")
    return message.as_bytes()


def _due(due: str, zone: str, now: dt.datetime) -> str:
    if not due:
        return "waits for your answers"
    late = day_of(now, zone) > dt.date.fromisoformat(due)
    return f"{'was' if late else 'is'} due on {day(due)}, {end_of_day(due, zone)}"
