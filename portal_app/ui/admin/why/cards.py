"""A day of refusals as it is read: how many candidates were free or refused for what, then every start. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal_app.core.clock import clock_words, duration_words
from portal_app.domain.orders.explaining import Told
from portal_app.domain.scheduling.asking import Reason, Verdicts
from portal_app.domain.scheduling.models import Purpose
from portal_app.domain.scheduling.telling import WORDS, day_sentence

FREE = "Free"
PURPOSES = {Purpose.VISIT: "By day", Purpose.TWILIGHT: "At dusk"}


@dataclass(frozen=True)
class CountCard:
    """So many candidates were free, or refused for this reason."""

    words: str
    count: str


@dataclass(frozen=True)
class MemberCard:
    """One member's answer to a start."""

    name: str
    words: str
    is_free: bool


@dataclass(frozen=True)
class StartCard:
    """Starts in a row with the same answers: `9:00 am`, `12:00 am – 8:30 am`. `starts` names each of several."""

    when: str
    verdict: str
    is_free: bool
    members: list[MemberCard] = field(default_factory=list)
    starts: str = ""
    window: str = ""


@dataclass(frozen=True)
class DayCard:
    """The answer for one day. `lack` says why there is nothing to list: "hours" of anybody, or a "sunset"."""

    title: str = ""
    asked: str = ""
    sentence: str = ""
    sum_words: str = ""
    total: str = ""
    counts: list[CountCard] = field(default_factory=list)
    starts: list[StartCard] = field(default_factory=list)
    lack: str = ""
    has_place: bool = True


def day_card(told: Told) -> DayCard:
    """Everything about one day."""
    day, names = told.day.openings, told.day.names
    title = f"{day.day:%A} {day.day.day} {day.day:%B}"
    asked = f"{PURPOSES[told.purpose]}, {duration_words(told.minutes)} on site"
    if not told.day.starts:
        return DayCard(title, asked, lack="sunset" if names else "hours", has_place=told.has_place)
    refused = sorted(day.refused.items(), key=lambda item: (-item[1], list(Reason).index(item[0])))
    return DayCard(
        title=title,
        asked=asked,
        sentence=day_sentence(day),
        sum_words=f"{_count(len(told.day.starts), 'start')} × {_count(len(names), 'photographer')}",
        total=str(day.candidates),
        counts=[CountCard(FREE, str(day.free)), *(CountCard(WORDS[reason], str(count)) for reason, count in refused)],
        starts=start_cards(told.day.starts, names, told.zone),
        has_place=told.has_place,
    )


def start_cards(starts: Sequence[Verdicts], names: Mapping[int, str], zone: str) -> list[StartCard]:
    """Every start; those in a row that share all their answers are one line."""
    runs: list[list[Verdicts]] = []
    for start in starts:
        if runs and (runs[-1][0].by_member, runs[-1][0].arrival) == (start.by_member, start.arrival):
            runs[-1].append(start)
        else:
            runs.append([start])
    return [_start(run, names, zone) for run in runs]


def _start(run: Sequence[Verdicts], names: Mapping[int, str], zone: str) -> StartCard:
    answers, clocks = run[0].by_member, [clock_words(start.at, zone) for start in run]
    free = [names[member] for member, reason in answers.items() if reason is None]
    return StartCard(
        when=clocks[0] if len(run) == 1 else f"{clocks[0]} – {clocks[-1]}",
        verdict=f"{FREE}: {', '.join(free)}" if free else _refusals(answers),
        is_free=bool(free),
        members=[
            MemberCard(names[member], WORDS[reason] if reason else FREE, reason is None) for member, reason in answers.items()
        ],
        starts=f"{len(run)} starts: {', '.join(clocks)}" if len(run) > 1 else "",
        window=run[0].arrival,
    )


def _refusals(answers: Mapping[int, Reason | None]) -> str:
    """Each reason once, with how many it keeps where there are several."""
    reasons = [reason for reason in answers.values() if reason]
    if len(set(reasons)) == 1:
        return WORDS[reasons[0]]
    return "; ".join(f"{reasons.count(reason)} × {WORDS[reason].lower()}" for reason in Reason if reason in reasons)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
