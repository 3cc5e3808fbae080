"""Looking through a customer's eyes: a member sees what the customer sees, and both names stand in every fact.

Only the session changes. `identity.queries.live_session` makes the viewer from it on every event, so losing the
permission ends it at once; what proves or changes who somebody is asks `by.is_themselves` and refuses.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from portal_app.core.errors import Conflict, NotAllowed, NotFound
from portal_app.core.viewer import Permission, Viewer
from portal_app.domain.activity.service import record
from portal_app.domain.customers.models import Customer
from portal_app.domain.identity.models import Account, Membership, SignInSession


class NothingToSee(Conflict):
    """A guest has no account, so there are no pages of theirs."""

    sentence = "This customer has no account yet, so there is nothing to see as them. It is there once they sign up."


def start_view_as(db: Session, by: Viewer, customer_id: int, *, now: datetime) -> None:
    """From this session's next event on the member looks as this customer. Raises NotAllowed, NotFound, NothingToSee."""
    if not by.is_staff or not by.may(Permission.VIEW_AS):
        raise NotAllowed
    customer = db.exec(select(Customer).where(Customer.id == customer_id, Customer.studio_id == by.studio_id)).first()
    if customer is None:
        raise NotFound
    theirs = db.get(Account, customer.account_id or 0)
    if theirs is None or theirs.closed_at:
        raise NothingToSee
    if _works_here(db, theirs):
        raise Conflict("This person works here. Only customers can be looked at this way.")
    session = _own_session(db, by)
    session.view_as_account_id = theirs.id
    details = {"account_id": theirs.id, "name": theirs.name}
    record(db, by, "view_as.started", now=now, customer_id=customer.id, details=details)


def end_view_as(db: Session, by: Viewer, *, now: datetime) -> None:
    """The member is themselves again. Ending it twice changes nothing."""
    if by.is_themselves:
        return
    session = _own_session(db, by)
    session.view_as_account_id = None
    record(db, by, "view_as.ended", now=now, details={"account_id": by.account_id, "name": by.name})


def _own_session(db: Session, by: Viewer) -> SignInSession:
    """The session of this cookie, locked. Raises NotAllowed for whoever came without one."""
    mine = select(SignInSession).where(
        SignInSession.id == (by.session_id or 0), SignInSession.studio_id == by.studio_id, col(SignInSession.ended_at).is_(None)
    )
    session = db.exec(mine.with_for_update()).first()
    if session is None:
        raise NotAllowed("Sign in first.")
    return session


def _works_here(db: Session, account: Account) -> bool:
    working = select(Membership.id).where(Membership.account_id == account.id, col(Membership.left_at).is_(None))
    return db.exec(working).first() is not None
