"""`/listings/[listing]`: hero, the payment that opens it, the photo sheet, downloads."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from portal_app.core.viewer import Permission
from portal_app.ui.components.address import address_title
from portal_app.ui.components.buttons import button, file_button, link_button
from portal_app.ui.components.fields import segments
from portal_app.ui.components.frames import empty, note, page_head
from portal_app.ui.components.links import away, go
from portal_app.ui.components.photos import TakePhotos, gallery, hero, photo_tile, pick_box, selection_bar, sheet
from portal_app.ui.components.status import status
from portal_app.ui.portal.listing.keeping import kept, put_away
from portal_app.ui.portal.listing.sections import section_of
from portal_app.ui.portal.listing.state import OneListing as S
from portal_app.ui.shared.layout import listing_shell
from portal_app.ui.shared.paying import Paying, pay_button
from portal_app.ui.shared.session import Base, may

SIZES = (("original", "Original"), ("mls", "MLS"))


def page() -> rx.Component:
    """One page for locked and open: the same photos in the same places, so that paying only takes the marks away."""
    whose = rx.cond(S.place.whose, rx.el.span(S.place.whose, class_name="small quiet"), rx.fragment())
    under = rx.el.div(status(S.place.state), whose, class_name="row wrap")
    head = page_head(address_title(S.place.street, S.place.town), under=under)
    cover = rx.cond(S.place.cover, hero(S.place.cover, "", preview=S.place.is_locked, note=S.place.cover_note), rx.fragment())
    return listing_shell(
        cover,
        head,
        rx.cond(S.place.what_words, _delivered(), rx.cond(S.place.put_away, put_away(), _in_production())),
        kept(),
        ready=S.loaded,
    )


def _delivered() -> rx.Component:
    said = rx.cond(S.place.message, note(S.place.message, drawing="message"), rx.fragment())
    sheet_of_photos = rx.cond(S.tiles, _sheet(), rx.fragment())
    return rx.el.div(
        rx.cond(S.place.is_locked, _pay(), _take()),
        said,
        sheet_of_photos,
        rx.cond(S.place.altered, _originals(), rx.fragment()),
        rx.foreach(S.sections, section_of),
        _history(),
        _changes(),
        class_name="stack gap-5",
    )


def _history() -> rx.Component:
    way_there = rx.el.p(go("Delivery history", to=S.place.history), class_name="small")
    return rx.cond(Base.me.is_staff, rx.cond(may(Permission.DELIVER), way_there, rx.fragment()), way_there)


def _changes() -> rx.Component:
    return rx.el.p(go("Ask for a change", to=S.changes_way), class_name="small")


def _pay() -> rx.Component:
    title = rx.el.h2(
        rx.cond(S.tiles, "Your photos are ready. ", "Your listing is ready. "),
        rx.el.span(S.place.due, class_name="num"),
        " opens them.",
        id="pay",
    )
    words = (
        f"{S.place.what_words}. They open by themselves moments after the payment, on this page and for everybody with its link."
    )
    pays = rx.foreach(S.bills, lambda bill: _pay_one(bill, tall=True))
    return rx.el.section(
        rx.el.div(title, rx.el.p(words, class_name="quiet small"), _arriving(), class_name="grow"),
        rx.el.div(pays, class_name="acts"),
        class_name="pay panel",
        aria_labelledby="pay",
    )


def _pay_one(bill: rx.Var, *, kind: str = "main", tall: bool = False) -> rx.Component:
    press = pay_button(bill.number, bill.amount, more=bill.more, kind=kind, tall=tall)
    return rx.cond(bill.is_on_its_way, rx.fragment(), press)


def _arriving() -> rx.Component:
    words = "Your payment is on its way. The photos open when it arrives; nothing is charged twice."
    return rx.cond(
        S.is_arriving, rx.el.div(note(words, drawing="clock", tone="wait"), role="status", class_name="under"), rx.fragment()
    )


def _take() -> rx.Component:
    is_mls = S.size == "mls"
    weight = rx.cond(is_mls, f"MLS sizes, {S.place.zip_mls_words}", f"As the photographer made them, {S.place.zip_words}")
    told = rx.fragment(
        rx.cond(S.place.file_count, rx.fragment(weight, rx.el.br()), rx.fragment()), f"Delivered {S.place.delivered}"
    )
    words = rx.el.p(told, class_name="tiny quiet")
    every = file_button(
        f"Download all {rx.cond(is_mls, S.place.picture_count, S.place.file_count)}",
        rx.cond(is_mls, S.place.zip_mls_url, S.place.zip_url), kind="main", download=True,
    )  # fmt: skip
    sizes = rx.cond(S.tiles, segments("Size to download", "size", SIZES, value=S.size, on_change=S.choose_size), rx.fragment())
    get = rx.el.div(
        rx.el.div(sizes, words, class_name="row wrap"),
        rx.cond(S.place.file_count, rx.el.div(_only_new(is_mls), every, class_name="acts"), rx.fragment()),
        class_name="get",
    )
    mls = rx.cond(S.tiles, rx.el.p(go("Sizes for one MLS, with a report", to=S.place.mls_way), class_name="small"), rx.fragment())
    return rx.fragment(get, mls, _share(), rx.cond(S.place.due, _still_due(), rx.fragment()))


def _share() -> rx.Component:
    way = rx.el.p(go("Share some photos by a link", to=S.place.share_way), class_name="small")
    return rx.cond(S.tiles & Base.me.is_customer, way, rx.fragment())


def _only_new(is_mls: rx.Var[bool]) -> rx.Component:
    """What this person has not downloaded yet, when they have the rest."""
    count = rx.cond(is_mls, S.place.zip_new_pictures, S.place.zip_new_count)
    address = rx.cond(is_mls, f"{S.place.zip_new_url}&size=mls", S.place.zip_new_url)
    return rx.cond(count > 0, file_button(f"Only what is new: {count}", address, download=True), rx.fragment())


def _still_due() -> rx.Component:
    pays = rx.foreach(S.bills, lambda bill: _pay_one(bill, kind="plain"))
    to_order = link_button("See the order", f"/admin/orders/{S.place.order_number}")
    return rx.el.div(
        rx.el.p(S.due_words, class_name="small"),
        rx.cond(Base.me.is_staff, to_order, rx.el.div(pays, class_name="acts")),
        class_name="row wrap between",
    )


def _sheet() -> rx.Component:
    tiles = rx.foreach(
        S.tiles,
        lambda tile, at: photo_tile(
            tile.thumb_url,
            tile.alt,
            tile.number,
            shot=at.to_string(),
            href=tile.web_url,
            locked=S.place.is_locked,
            lead=at == 0,
            large=tile.web_url,
            pick=rx.cond(S.place.zip_url, _pick(tile), rx.fragment()),
            picked=S.picked.contains(tile.public_id),
            note=tile.note,
        ),
    )
    about = rx.cond(
        S.place.is_marked,
        "Previews carry the studio’s name; the photos you open do not.",
        "Previews are small; the photos you open are full size.",
    )
    paying = {"on_pay": Paying.pay(S.place.order_number), "pay_label": S.pay_words, "pay_off": has_connection_errors}
    return rx.el.section(
        rx.el.h2("Photos", class_name="hide"),
        gallery(sheet(tiles), shots=S.shots, **paying),
        rx.cond(S.place.is_locked, rx.el.p(about, class_name="small quiet sheet-top"), rx.fragment()),
        rx.cond(S.picked, _selected(), rx.fragment()),
    )


def _originals() -> rx.Component:
    """Where everybody compares the altered photos with their originals, and the code for paper."""
    there = away("See them beside their originals", to=S.place.originals_url, target="_blank")
    code = away("Square code for print", to=f"{S.place.originals_url}/qr.png?download=1", download=True)
    return rx.el.p(S.place.altered, ". ", there, ". ", code, ". Say so wherever you show them.", class_name="small quiet")


def _pick(tile: rx.Var) -> rx.Component:
    return pick_box(tile.number, checked=S.picked.contains(tile.public_id), on_change=S.pick(tile.public_id))


def _selected() -> rx.Component:
    return selection_bar(
        S.picked.length(),
        S.picked_words,
        button("Clear", kind="soft", on_click=S.clear),
        link_button("Ask for a change", S.changes_way),
        TakePhotos.create(files=S.picked_files, zip=S.picked_url, most=S.most_shared),
    )


def _in_production() -> rx.Component:
    when = rx.cond(S.place.appointment, f"Appointment {S.place.appointment}. ", "")
    back = rx.cond(
        Base.me.is_customer & (S.place.order_number > 0),
        link_button("See the order", f"/orders/{S.place.order_number}"),
        rx.fragment(),
    )
    return empty("photo", "In production", f"{when}Your photos appear here as soon as the studio delivers them.", back)
