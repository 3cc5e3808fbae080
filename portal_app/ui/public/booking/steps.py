"""The steps of booking: their order, what each needs, and where a refusal belongs. Pure."""

from __future__ import annotations

from collections.abc import Collection

ADDRESS, SERVICES, TIME, DETAILS, REVIEW = STEPS = ("address", "services", "time", "details", "review")
TITLES = {ADDRESS: "Address", SERVICES: "Services", TIME: "Time", DETAILS: "Details", REVIEW: "Review"}
ONWARD = {
    ADDRESS: "Continue to services",
    SERVICES: "Continue to time",
    TIME: "Continue to details",
    DETAILS: "Continue to review",
    REVIEW: "Place order",
}
EXACT = "exact"  # the wish that is a time; the others wait for the studio to find one
HOME = {
    "street": ADDRESS, "town": ADDRESS, "area": ADDRESS, "on_behalf_of": ADDRESS,
    "services": SERVICES,
    "starts_at": TIME, "twilight_at": TIME, "wish_on": TIME, "day": TIME, "time": TIME, "at": TIME, "dusk": TIME,
}  # fmt: skip


def step_of(field: str) -> str:
    """The step a field stands on: what is asked last is asked under details."""
    return HOME.get(field, DETAILS)


def first_open(done: Collection[str]) -> str:
    """The first step that is not done; review is where everything else leads."""
    return next((step for step in STEPS if step not in done), REVIEW)


def allowed(wanted: str, done: Collection[str]) -> str:
    """The step an address may open: any that was reached, else the first that is still open."""
    if wanted not in STEPS:
        return ADDRESS
    reached = STEPS[: STEPS.index(first_open(done)) + 1]
    return wanted if wanted in reached else reached[-1]


def onward(here: str, done: Collection[str]) -> str:
    """Where Continue leads: to the next step that still needs something, never back."""
    later = STEPS[STEPS.index(here) + 1 :]
    return next((step for step in later if step not in done), REVIEW)


def looks(here: str, done: Collection[str]) -> dict[str, str]:
    """How each step is drawn: the open one "now", a finished one folded, the rest grey."""
    return {step: "now" if step == here else "done" if step in done else "later" for step in STEPS}
