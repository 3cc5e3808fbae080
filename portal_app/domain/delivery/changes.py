"""What changed in a listing since a person's last download, as a text beside the new photos. Values in, value out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

CHANGES = "CHANGES.txt"


def change_list(street: str, when: str, fresh: Sequence[tuple[int | None, str]], gone: Mapping[int, str]) -> str:
    """`fresh` are the new files with what each takes the place of; `gone` what they have and is no longer there, by id.

    A file that takes the place of one they have is replaced; any other new one is added, any other gone one removed.
    """
    replaced = [(name, gone[before]) for before, name in fresh if before in gone]
    taken = {before for before, _ in fresh}
    groups = {
        "Replaced": [f"{name} (you have {old})" for name, old in replaced],
        "Added": [name for before, name in fresh if before not in gone],
        "Removed": [f"{name} (delete your copy)" for before, name in gone.items() if before not in taken],
    }
    lines = [f"{street}: what changed since your download of {when}"]
    for title, names in groups.items():
        if names:
            lines += ["", f"{title} ({len(names)})", *(f"  {name}" for name in names)]
    return "\n".join(lines) + "\n"
