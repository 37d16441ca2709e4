"""Edits that a real LibreOffice makes, by the calls behind its menus: one start for all of them."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

FILTERS = {
    "xlsx": "Calc MS Excel 2007 XML",
    "ods": "calc8",
    "xls": "MS Excel 97",
    "pdf": "calc_pdf_Export",
    "csv": "Text - txt - csv (StarCalc)",
}
MODULE = """
Function Argument(sName, vWhat)
  Dim oPair As New com.sun.star.beans.PropertyValue
  oPair.Name = sName
  oPair.Value = vWhat
  Argument = oPair
End Function

Function Opened(sPlace)
  Opened = StarDesktop.loadComponentFromURL(sPlace, "_blank", 0, Array(Argument("Hidden", True)))
End Function
"""
DOCTYPE = '<!DOCTYPE {} PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "{}.dtd">'
MAIN = """
Sub Main
  On Error Goto Wrong
{calls}  Exit Sub
Wrong:
  Open "{said}" For Output As #1
  Print #1, Error
  Close #1
  StarDesktop.terminate()
End Sub
"""
ONE = """
Sub Edit{number}
  Dim Doc, Sheet, Other
  Doc = Opened("{source}")
  Sheet = Doc.Sheets.getByName("Decisions")
  {basic}
  Doc.storeToURL("{target}", Array(Argument("FilterName", "{filter}"){more}))
  Doc.close(True)
End Sub
"""


@dataclass(frozen=True)
class Edit:
    """Lines of LibreOffice Basic on `Sheet` (the Decisions sheet of `Doc`), and how to save it.

    `options`: of the CSV filter: separator, quote, character set, and so on.
    """

    basic: str = ""
    form: str = "xlsx"
    options: str = ""
    password: str = ""


def edit(base: Path, source: Path, edits: Mapping[str, Edit]) -> dict[str, Path]:
    """The file that each edit of the source gives, by name."""
    out = base / "edited"
    out.mkdir()
    targets = {name: out / f"{name}.{each.form}" for name, each in edits.items()}
    subs, calls = [], []
    for number, (name, each) in enumerate(edits.items()):
        more = f', Argument("FilterOptions", "{each.options}")' if each.options else ""
        more += f', Argument("Password", "{each.password}")' if each.password else ""
        subs.append(
            ONE.format(
                number=number,
                source=source.as_uri(),
                basic="\n  ".join(each.basic.strip().splitlines()),
                target=targets[name].as_uri(),
                filter=FILTERS[each.form],
                more=more,
            )
        )
        calls.append(f"  Edit{number}\n")
    said = base / "error.txt"
    main = MAIN.format(calls="".join(calls), said=said)
    profile = base / "basic-profile"
    _start(profile, "--terminate_after_init")  # it would put its own macros over ours
    _install(profile, MODULE + "".join(subs) + main)
    _start(profile, "macro:///Standard.Edits.Main")
    for name, each in edits.items():
        if each.options.endswith(",2"):  # LibreOffice adds which sheet it is, if asked for one
            targets[name] = out / f"{name}-Decisions.csv"
    missing = [name for name, path in targets.items() if not path.exists()]
    wrong = said.read_text() if said.exists() else ""
    assert not missing, f"LibreOffice stopped at {missing[0]}: {wrong}"
    return targets


def _start(profile: Path, what: str) -> None:
    where = f"-env:UserInstallation={profile.as_uri()}"
    command = ["soffice", where, "--headless", "--norestore", what]
    subprocess.run(command, check=True, capture_output=True, timeout=180)


def _install(profile: Path, code: str) -> None:
    """A user's own macros, as LibreOffice keeps them: those it runs without asking."""
    library = profile / "user/basic/Standard"
    library.mkdir(parents=True, exist_ok=True)
    space = 'xmlns:library="http://openoffice.org/2000/library"'
    xlink = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    for name in ("script", "dialog"):
        link = f'xlink:href="$(USER)/basic/Standard/{name}.xlb/" xlink:type="simple"'
        (profile / f"user/basic/{name}.xlc").write_text(
            f"{head}{DOCTYPE.format('library:libraries', 'libraries')}"
            f"<library:libraries {space} {xlink}>"
            f'<library:library library:name="Standard" {link} library:link="false"/>'
            "</library:libraries>"
        )
        element = '<library:element library:name="Edits"/>' if name == "script" else ""
        (library / f"{name}.xlb").write_text(
            f"{head}{DOCTYPE.format('library:library', 'library')}"
            f'<library:library {space} library:name="Standard" library:readonly="false" '
            f'library:passwordprotected="false">{element}</library:library>'
        )
    (library / "Edits.xba").write_text(
        f"{head}{DOCTYPE.format('script:module', 'module')}"
        '<script:module xmlns:script="http://openoffice.org/2000/script" '
        f'script:name="Edits" script:language="StarBasic">{escape(code)}</script:module>',
        encoding="utf-8",
    )
