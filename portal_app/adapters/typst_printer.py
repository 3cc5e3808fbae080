"""The `Printer` port by typst: one template, the paper's words as data beside it, fonts that come with the app.

The template is the only file the compiler may read, and what stands on a paper never becomes part of it: a customer
called `#read("/etc/passwd")` is printed under that name.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from threading import Lock

import typst

from portal_app.domain.billing.printing import Paper
from portal_app.domain.studios.marks import drawn, strokes

PAPERS = Path(__file__).parent / "papers"


class TypstPrinter:
    """Makes PDFs, one at a time. The fonts are read when the first is made."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._compiler: typst.Compiler | None = None

    def pdf(self, paper: Paper) -> bytes:
        """The document after PDF/UA-1. Where it names letters that our fonts lack, it is tagged all the same."""
        words = asdict(paper) | {"drawing": drawn(26, strokes(paper.mark), paper.accent)}
        words.pop("at")
        with self._turn:
            try:
                return self._made(paper, words, ["ua-1"])
            except typst.TypstError:
                return self._made(paper, words, [])

    def _made(self, paper: Paper, words: dict, standards: list) -> bytes:
        made = self._ready().compile(
            format="pdf", sys_inputs={"paper": json.dumps(words)}, pdf_standards=standards, timestamp=paper.at
        )
        if not isinstance(made, bytes):
            raise TypeError("typst made no document")
        return made

    def _ready(self) -> typst.Compiler:
        if self._compiler is None:
            fonts = str(files("fontpkg_noto_sans") / "files")
            known = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[fonts])
            self._compiler = typst.Compiler(PAPERS / "paper.typ", root=PAPERS, font_paths=known, ignore_system_fonts=True)
        return self._compiler
