"""The port to paper: what a page says, in words that are ready to print, and who makes a PDF of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One row of the table, a word for each of its heads; `detail` stands small under the first."""

    cells: tuple[str, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document, every word as it is printed. `sheet` is `us-letter` or `a4`, `accent` a color that reads on white.

    `facts` are pairs of a label and its words beside the address. Of `heads` the first takes what room is left and the
    others stand right. `sums` are under the rows, the last one strong. `at` is the only time the file carries.
    """

    title: str
    language: str
    sheet: str
    accent: str
    mark: str
    issuer: tuple[str, ...]
    bill_to_label: str
    bill_to: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    heads: tuple[str, ...]
    rows: tuple[PaperRow, ...]
    sums: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, str], ...]
    page_words: str
    at: datetime


class Printer(Protocol):
    """Makes a PDF. The same paper gives the same bytes; what stands on it is text, never a program."""

    def pdf(self, paper: Paper) -> bytes:
        """The document, tagged, with its fonts inside."""
        ...
