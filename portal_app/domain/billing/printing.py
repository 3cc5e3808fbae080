"""The port to paper: what a page says, in words that are ready to print, and who makes a PDF of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One row of a table: what, how many, at what price, how much. Empty words leave their cell empty."""

    name: str
    amount: str
    detail: str = ""
    quantity: str = ""
    unit: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document. `facts` are pairs of a label and its words beside the title; `sums` stand under the rows, the last one
    large. `issuer` and `bill_to` are lines of an address, the name first. `at` is the date the file itself carries."""

    kind: str
    title: str
    language: str
    accent: str
    mark: str
    issuer: tuple[str, ...]
    bill_to: tuple[str, ...]
    bill_to_label: str
    facts: tuple[tuple[str, str], ...]
    heads: tuple[str, ...]
    rows: tuple[PaperRow, ...]
    sums: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    foot: str
    page_of: str
    at: datetime


class Printer(Protocol):
    """Makes a PDF. The same paper gives the same bytes; what stands on it is text, never a program."""

    def pdf(self, paper: Paper) -> bytes:
        """The document, tagged, with its fonts inside."""
        ...
