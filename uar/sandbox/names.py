"""Words the generated organisations are made of, all invented, and the values that hurt.

Surnames, products and hosts are put together from syllables, so that no name is a real person's
or firm's on purpose.
"""

from __future__ import annotations

from typing import NamedTuple

DOMAIN = "harrowgate.example"
ALIAS_DOMAIN = "hgate.example"
PARTNER_DOMAIN = "brightfold.example"
PRIVATE_DOMAIN = "mailbox.example"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


class Department(NamedTuple):
    name: str
    share: float
    head: str
    manager: str
    titles: tuple[str, ...]


DEPARTMENTS = (
    Department(
        "Engineering",
        0.30,
        "Chief Technology Officer",
        "Engineering Manager",
        ("Software Engineer", "Senior Engineer", "Quality Engineer", "Platform Engineer"),
    ),
    Department(
        "Sales",
        0.18,
        "Chief Revenue Officer",
        "Sales Manager",
        ("Account Executive", "Sales Development Representative", "Solutions Consultant"),
    ),
    Department(
        "Support",
        0.14,
        "VP Support",
        "Support Manager",
        ("Support Specialist", "Senior Support Specialist", "Escalation Engineer"),
    ),
    Department(
        "Operations",
        0.11,
        "Chief Operating Officer",
        "Operations Manager",
        ("Operations Analyst", "Logistics Planner", "Buyer"),
    ),
    Department(
        "Marketing",
        0.07,
        "VP Marketing",
        "Marketing Manager",
        ("Content Writer", "Campaign Analyst", "Designer"),
    ),
    Department(
        "Finance",
        0.07,
        "Chief Financial Officer",
        "Finance Manager",
        ("Accountant", "Payables Analyst", "Financial Analyst", "Payroll Specialist"),
    ),
    Department(
        "IT",
        0.06,
        "Chief Information Officer",
        "IT Manager",
        ("Systems Administrator", "Service Desk Analyst", "Network Engineer"),
    ),
    Department("People", 0.04, "VP People", "People Manager", ("People Partner", "Recruiter")),
    Department("Legal", 0.02, "General Counsel", "Legal Manager", ("Counsel", "Paralegal")),
    Department(
        "Security",
        0.01,
        "Chief Information Security Officer",
        "Security Manager",
        ("Security Analyst", "Risk Analyst"),
    ),
)

LOCATIONS = ("Lisbon", "Leeds", "Austin", "Pune", "Gdansk", "Toronto", "Osaka", "Remote")

FIRST_NAMES = _words(
    """
    Abena Adela Aiko Alba Alvin Amara Anders Anika Anouk Arjun Astrid Ayla Bashir Beatriz Bjørn
    Bram Camila Casper Célia Chidi Clara Dalia Darius Davor Deepa Delphine Dmitri Edda Eitan Elif
    Elio Emeka Enzo Esme Farid Fatou Felix Fiona Freya Gaël Gita Goran Greta Hana Haruki Hector
    Helga Hugo Ibrahim Ilse Imani Inês Ingrid Isolde Ivo Jamal Jasper Javier Joana Jonas Jürgen
    Kamila Karim Kasia Kenji Khadija Kofi Lana Lars Leila Leonor Lior Lucía Ludo Maeve Malik Mara
    Marek Mateo Meera Mei Milan Mina Minh Mirela Nadia Naoko Nasrin Nia Nico Nils Noor Odette
    Olga Omar Oona Orla Oskar Paloma Pavel Petra Piotr Priya Quentin Rafael Ramona Renata Rhea
    Rohan Rosa Rurik Sanna Saoirse Sefa Selma Signe Simone Sunniva Tariq Tess Thandi Theo Tobias
    Tomás Uma Ursula Valentin Vera Viggo Wanda Wren Xenia Yara Yusuf Zadie Zara Zoë Zuri
    """
)
SURNAME_HEADS = _words(
    """
    Ach Alder Ash Bell Birk Brack Bren Cald Carn Cor Dahl Darn Dell Dorn Ebb Elm Fair Fal Fern
    Gall Garn Glen Hald Harn Hazel Holm Iber Jarn Kell Kest Lang Lind Lorn Mar Mell Mor Nord Oak
    Orr Pell Penn Quill Rav Rook Sal Sev Sorn Thorn Thrale Tor Ulm Vald Venn Verr Wald Whit Wick
    Wyn Yarr Zell
    """
)
SURNAME_TAILS = _words(
    """
    a ack aldi and anov ard arez astra bach beck berg bury court dal dine ebo enko er es ette ey
    feld ford gate grave ham hurst i ić idis ingham ino ley lund mann mere mont o ola one ori ov
    quist ridge sen shaw skar sson stad ston tal ton un ura vale vik wald well wood worth y
    """
)

PRODUCT_HEADS = _words(
    """
    Amber Anchor Apex Arbor Beacon Birch Bolt Cedar Cinder Clear Cobalt Coral Delta Ember Falcon
    Fern Flint Fox Glass Harbor Heron Iron Jade Kite Lantern Ledger Lumen Maple Meadow Mint Moss
    Nimbus North Oak Onyx Orbit Otter Pay Pine Quartz
    """
)
PRODUCT_TAILS = _words(
    """
    base board bridge cast desk dock field flow forge gate grid hub kit lane line loop mark mint
    nest path port scope stack vault works
    """
)
PURPOSES = _words(
    """
    Readers Editors Owners Approvers Analysts Operators Pilots Reviewers Developers Auditors
    Publishers Planners Testers Responders Stewards Trainers Partners Buyers Builders Observers
    """
)

HOSTILE_TEXT = (
    ("displayname", "=cmd|'/c calc'!A1"),
    ("displayname", "@SUM(A1)"),
    ("displayname", "+1-555"),
    ("displayname", "-2+3"),
    ("firstname", "<script>alert(1)</script>"),
    ("lastname", "O'Brien"),
    ("lastname", "NA"),
    ("firstname", "None"),
    ("employeeIdentifier", "0007"),
    ("department", "../../etc/passwd"),
    ("displayname", "\u202etxt.exe\u202c"),
    ("displayname", "A" * 500),
    ("displayname", "Zo\u00eb \U0001f30a\U0001f469\u200d\U0001f4bb"),
    ("displayname", "line one\nline two\tand a tab"),
    ("displayname", 'Quote "; DROP; and, comma'),
    ("jobTitle", "\u001b[31mred\u001b[0m"),
    ("jobTitle", "bell\u0007and backspace\u0008"),
    ("description", "{{ 7 * 7 }} ${7*7} %s"),
    ("company", "</script></td>&amp;"),
    ("location", "1e5"),
)
"""Field and value: each is legal in a directory and breaks something naive."""

HOSTILE_MANAGERS = ("../../etc/passwd", "CON", '=HYPERLINK("http://x.example")', "a/b\\c:d*e?")
"""Display names of people who will get a file of their own."""

HOSTILE_GROUPS = ("=1+1", "../../../tmp/group", "<b>Bold</b> & co", "Türkçe İstanbul \u202eabc")

PLACEHOLDERS = ("n/a", "-", "tbd", "test", "N/A", "unknown")
MALFORMED_EMAILS = ("{}", "{}@@example.example", "{}(at)example.example", "{} @example.example", "")
