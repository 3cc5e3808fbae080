"""The list of altered photos that goes into every ZIP that holds one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from portal_app.domain.delivery.archive import Member
from portal_app.domain.listings.models import Listing
from portal_app.domain.media.alterations import alteration_words
from portal_app.domain.media.altering import originals_of, originals_path
from portal_app.domain.media.models import Asset
from portal_app.domain.studios.models import Studio

ALTERED = "ALTERED.txt"


def altered_notes(db: Session, listing: Listing, members: Sequence[tuple[Asset, Member]]) -> dict[str, str]:
    """The list as a note of the archive, by its name; none where no photo in it is altered."""
    altered = [(photo, member.name) for photo, member in members if photo.altered_how]
    if not altered:
        return {}
    originals = originals_of(db, [photo for photo, _ in altered])
    here = {photo.id: member.name for photo, member in members}
    lines = [
        (name, alteration_words(photo.altered_how, photo.alteration), _beside(originals.get(photo.id or 0), here))
        for photo, name in altered
    ]
    address = db.get_one(Studio, listing.studio_id).address + originals_path(db, listing.id or 0)
    return {ALTERED: altered_list(listing.street, lines, address)}


def altered_list(street: str, altered: Sequence[tuple[str, str, str]], address: str) -> str:
    """`altered` are files with what was done to each and the file of its original, empty when that is not in the same ZIP."""
    count = len(altered)
    lines = [f"{street}: {count} photo{' here is' if count == 1 else 's here are'} digitally altered."]
    for name, words, original in altered:
        lines += ["", name, f"  {words}", *([f"  Original: {original}"] if original else [])]
    lines += ["", "Say so wherever you show them. Everybody can compare them with their originals here:", address]
    return "\n".join(lines) + "\n"


def _beside(original: Asset | None, here: Mapping[int | None, str]) -> str:
    return here.get(original.id, "") if original else ""
