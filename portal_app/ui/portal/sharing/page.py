"""`/listings/share/[listing]`: choose photos, a size, an end; hand the link on; see what was used; end it."""

from __future__ import annotations

import reflex as rx

from portal_app.domain.delivery.sharing import LONGEST_LABEL, SIZE_WORDS
from portal_app.ui.components.buttons import button
from portal_app.ui.components.fields import error_line, field, select
from portal_app.ui.components.frames import crumb, empty, note, page_head
from portal_app.ui.components.made_links import end_question, made_link
from portal_app.ui.components.photos import pick_box, picture
from portal_app.ui.portal.sharing.state import Sharing as S
from portal_app.ui.shared.layout import portal_shell

SIZES = tuple((str(size), words) for size, words in reversed(SIZE_WORDS.items()))
UNDER = "For an assistant, a print shop, a seller. They see these photos and nothing else, without signing in."


def page() -> rx.Component:
    """The form, then the links there are."""
    nothing = empty("photo", "Nothing to share yet", "Your photos can be shared as soon as the studio delivers them.")
    return portal_shell(
        crumb(S.street, S.way_back, "Share"),
        page_head(rx.el.h1("Share some photos"), under=rx.el.p(UNDER, class_name="quiet")),
        rx.cond(S.tiles, rx.el.div(_waiting(), _form(), class_name="stack gap-5"), nothing),
        rx.cond(S.links, _links(), rx.fragment()),
        _question(),
        ready=S.loaded,
    )


def _waiting() -> rx.Component:
    words = "This listing waits for its payment. A link made now shows previews, and gives the photos once it is paid."
    return rx.cond(S.is_locked, note(words, tone="wait"), rx.fragment())


def _form() -> rx.Component:
    # A new key after each link empties the fields; a refusal keeps what was typed.
    return rx.el.form(
        _photos(),
        select("Largest size", "size", SIZES, default_value="web", error=S.field_errors["size"]),
        field(
            "Last day", "ends_on", type="date", default_value=S.usual_end, max=S.last_end, error=S.field_errors["ends_on"],
            hint="The link ends by itself after this day.", required=True,
        ),
        field(
            "Downloads", "most", input_mode="numeric", default_value="5", max_length=4, error=S.field_errors["most"],
            hint="How often photos can be downloaded by it, in all. Empty for as often as they like.", auto_complete="off",
        ),
        field(
            "What it is for", "label", optional=True, max_length=LONGEST_LABEL, auto_complete="off",
            hint="Stands above the photos, and in your list.", placeholder="For the print shop",
        ),
        button("Make the link", kind="main", type="submit"),
        key=S.made_so_far.to_string(),
        on_submit=S.share,
        reset_on_submit=False,
        no_validate=True,
        class_name="stack narrow-form",
    )  # fmt: skip


def _photos() -> rx.Component:
    tiles = rx.el.ul(rx.foreach(S.tiles, _tile), class_name="sheet re", aria_label="Photos to choose")
    acts = rx.el.div(
        button("Choose all", kind="soft", on_click=S.pick_all(True)),
        button("Choose none", kind="soft", on_click=S.pick_all(False)),
        class_name="row wrap",
    )
    wrong = rx.cond(S.field_errors["photos"], error_line(S.field_errors["photos"], id="photos-error"), rx.fragment())
    return rx.el.details(
        rx.el.summary(rx.el.span(S.picked_words, class_name="strong", role="status"), id="photos"),
        acts,
        tiles,
        wrong,
        open=True,
        class_name="stack choosing",
    )


def _tile(tile: rx.Var) -> rx.Component:
    chosen = S.picked.contains(tile.public_id)
    box = pick_box(tile.number, checked=chosen, on_change=S.pick(tile.public_id))
    return rx.el.li(
        rx.el.span(picture(tile.thumb_url, tile.alt), class_name="photo"), box, class_name=rx.cond(chosen, "picked", "")
    )


def _links() -> rx.Component:
    rows = rx.el.ul(rx.foreach(S.links, _link), aria_label="Links")
    return rx.el.section(
        rx.el.h2("Links to this listing", id="links", tab_index=-1), rows, aria_labelledby="links", class_name="section"
    )


def _link(line: rx.Var) -> rx.Component:
    return made_link(line, on_end=S.ask_end(line.id, line.label))


def _question() -> rx.Component:
    return end_question(S.ending_label, is_open=S.ending != "", on_keep=S.ask_end("", ""), on_act=S.end)
