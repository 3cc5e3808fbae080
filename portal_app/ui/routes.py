"""The table of pages: path, page, title, who may enter, what loads it, and what refreshes it when something happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal_app.core.viewer import Permission
from portal_app.ui.admin.altered.page import page as altered
from portal_app.ui.admin.altered.state import AlteredPhotos
from portal_app.ui.admin.areas.page import page as areas
from portal_app.ui.admin.areas.state import AreasState
from portal_app.ui.admin.audit.page import page as audit
from portal_app.ui.admin.audit.state import AuditState
from portal_app.ui.admin.booking.page import page as booking_rules
from portal_app.ui.admin.booking.state import BookingRules
from portal_app.ui.admin.calendar.page import page as calendar
from portal_app.ui.admin.calendar.state import CalendarState
from portal_app.ui.admin.catalog.page import page as catalog
from portal_app.ui.admin.catalog.state import CatalogState
from portal_app.ui.admin.coupons.page import page as coupons
from portal_app.ui.admin.coupons.state import Coupons
from portal_app.ui.admin.crew.page import page as crew
from portal_app.ui.admin.crew.state import CrewState
from portal_app.ui.admin.customers.page import page as customers
from portal_app.ui.admin.customers.state import CustomersState
from portal_app.ui.admin.deliver.page import page as deliver
from portal_app.ui.admin.deliver.state import DeliverState
from portal_app.ui.admin.delivery_settings.page import page as delivery_settings
from portal_app.ui.admin.delivery_settings.state import DeliverySettings
from portal_app.ui.admin.hours.page import page as hours
from portal_app.ui.admin.hours.state import HoursState
from portal_app.ui.admin.invoice.page import page as admin_invoice
from portal_app.ui.admin.invoice.state import AdminInvoice
from portal_app.ui.admin.invoices.page import page as admin_invoices
from portal_app.ui.admin.invoices.state import AdminInvoices
from portal_app.ui.admin.listing.page import page as listing_desk
from portal_app.ui.admin.listing.state import ListingDesk
from portal_app.ui.admin.listings.page import page as studio_listings
from portal_app.ui.admin.listings.state import StudioListings
from portal_app.ui.admin.my_day.page import page as my_day
from portal_app.ui.admin.my_day.state import MyDay
from portal_app.ui.admin.order.page import page as admin_order
from portal_app.ui.admin.order.state import AdminOrderState
from portal_app.ui.admin.orders.page import page as admin_orders
from portal_app.ui.admin.orders.state import AdminOrdersState
from portal_app.ui.admin.payment_settings.page import page as payment_settings
from portal_app.ui.admin.payment_settings.state import PaymentSettings
from portal_app.ui.admin.payments.page import page as admin_payments
from portal_app.ui.admin.payments.state import AdminPayments
from portal_app.ui.admin.prices.page import page as prices
from portal_app.ui.admin.prices.state import Prices
from portal_app.ui.admin.questions.page import page as questions
from portal_app.ui.admin.questions.state import Questions
from portal_app.ui.admin.revision.page import page as desk_revision
from portal_app.ui.admin.revision.state import DeskRevisionState
from portal_app.ui.admin.revisions.page import page as desk_revisions
from portal_app.ui.admin.revisions.state import RevisionsState
from portal_app.ui.admin.service.page import page as service
from portal_app.ui.admin.service.state import ServiceState
from portal_app.ui.admin.settings.page import page as settings
from portal_app.ui.admin.staff.page import page as staff
from portal_app.ui.admin.staff.state import StaffState
from portal_app.ui.admin.today.page import page as today
from portal_app.ui.admin.today.state import TodayState
from portal_app.ui.admin.watermark.page import page as watermark
from portal_app.ui.admin.watermark.state import WatermarkSetting
from portal_app.ui.admin.why.page import page as why
from portal_app.ui.admin.why.state import WhyState
from portal_app.ui.portal.account.page import page as account
from portal_app.ui.portal.account.state import Account
from portal_app.ui.portal.cards.page import page as cards
from portal_app.ui.portal.cards.state import Cards
from portal_app.ui.portal.dashboard.page import page as dashboard
from portal_app.ui.portal.dashboard.state import Dashboard
from portal_app.ui.portal.history.page import page as history
from portal_app.ui.portal.history.state import ListingHistory
from portal_app.ui.portal.invoice.page import page as invoice
from portal_app.ui.portal.invoice.state import OneInvoice
from portal_app.ui.portal.invoices.page import page as invoices
from portal_app.ui.portal.invoices.state import Invoices
from portal_app.ui.portal.listing.page import page as listing
from portal_app.ui.portal.listing.state import OneListing
from portal_app.ui.portal.listings.page import page as listings
from portal_app.ui.portal.listings.state import Listings
from portal_app.ui.portal.order.page import page as order
from portal_app.ui.portal.order.state import OneOrder
from portal_app.ui.portal.orders.page import page as orders
from portal_app.ui.portal.orders.state import Orders
from portal_app.ui.portal.payments.page import page as payments
from portal_app.ui.portal.payments.state import Payments
from portal_app.ui.portal.presets.page import page as mls
from portal_app.ui.portal.presets.state import MlsSizes
from portal_app.ui.portal.revisions.page import page as revisions
from portal_app.ui.portal.revisions.state import ListingRevisionsState
from portal_app.ui.portal.security.page import page as security
from portal_app.ui.portal.security.state import Security
from portal_app.ui.portal.sharing.page import page as sharing
from portal_app.ui.portal.sharing.state import Sharing
from portal_app.ui.portal.team.page import page as team
from portal_app.ui.portal.team.state import OneTeam
from portal_app.ui.portal.teams.page import page as teams
from portal_app.ui.portal.teams.state import Teams
from portal_app.ui.public.booking.page import page as booking
from portal_app.ui.public.booking.state import BookingState
from portal_app.ui.public.enter.page import page as enter
from portal_app.ui.public.enter.state import Enter
from portal_app.ui.public.invitation.page import page as invitation
from portal_app.ui.public.invitation.state import Invited
from portal_app.ui.public.invoice.page import page as held_invoice
from portal_app.ui.public.invoice.state import HeldInvoice
from portal_app.ui.public.reset.page import page as reset
from portal_app.ui.public.reset.state import Reset
from portal_app.ui.public.second_step.page import page as second_step
from portal_app.ui.public.second_step.state import SecondStep
from portal_app.ui.public.share.page import page as share
from portal_app.ui.public.share.state import PayersPage
from portal_app.ui.public.sign_in.page import page as sign_in
from portal_app.ui.public.sign_in.state import SignIn
from portal_app.ui.public.sign_up.page import page as sign_up
from portal_app.ui.public.sign_up.state import SignUp
from portal_app.ui.public.status.page import page as order_status
from portal_app.ui.public.status.state import OrderStatusPage
from portal_app.ui.public.verify.page import page as verify
from portal_app.ui.public.verify.state import Verify
from portal_app.ui.shared.guard import CUSTOMER, CUSTOMER_OR_LINK, PERSON, PUBLIC, STAFF, Callers


@dataclass(frozen=True, slots=True)
class Row:
    """One page. `load` and `refresh` are event methods; `title` may be a Var."""

    path: str
    page: Callable[[], Any]
    title: Any
    callers: Callers
    load: Any = None
    refresh: Any = None


SEE_ORDERS, UPLOAD, SETTINGS, SEE_MONEY = (
    STAFF(each) for each in (Permission.SEE_ORDERS, Permission.UPLOAD, Permission.SETTINGS, Permission.SEE_MONEY)
)

ROUTES: tuple[Row, ...] = (
    Row("/login", sign_in, "Sign in", PUBLIC, SignIn.enter),
    Row("/sign-up", sign_up, "Create an account", PUBLIC, SignUp.enter),
    Row("/verify", verify, "Check your mail", PUBLIC, Verify.enter),
    Row("/reset", reset, "Reset your password", PUBLIC, Reset.enter),
    Row("/enter/[token]", enter, "Sign in", PUBLIC, Enter.enter),
    Row("/invitation/[token]", invitation, "Invitation", PUBLIC, Invited.enter),
    Row("/second-step", second_step, "One more step", PUBLIC, SecondStep.load),
    Row("/status/[token]", order_status, OrderStatusPage.title, PUBLIC, OrderStatusPage.load, OrderStatusPage.load),
    Row("/invoice/[token]", held_invoice, HeldInvoice.title, PUBLIC, HeldInvoice.load, HeldInvoice.load),
    Row("/pay/[token]", share, PayersPage.title, PUBLIC, PayersPage.load, PayersPage.load),
    Row("/", dashboard, "Home", CUSTOMER, Dashboard.load, Dashboard.load),
    Row("/orders", orders, "Orders", CUSTOMER, Orders.load, Orders.load),
    Row("/orders/[number]", order, OneOrder.title, CUSTOMER, OneOrder.load, OneOrder.load),
    Row("/listings", listings, "Listings", CUSTOMER, Listings.load, Listings.load),
    Row("/listings/[listing]", listing, OneListing.title, CUSTOMER_OR_LINK, OneListing.enter, OneListing.load),
    Row("/listings/mls/[listing]", mls, "Sizes for the MLS", CUSTOMER_OR_LINK, MlsSizes.load, MlsSizes.renew),
    Row("/listings/history/[listing]", history, ListingHistory.title, CUSTOMER_OR_LINK, ListingHistory.load, ListingHistory.load),
    Row("/listings/share/[listing]", sharing, "Share some photos", CUSTOMER, Sharing.load, Sharing.renew),
    Row(
        "/listings/revisions/[listing]", revisions, ListingRevisionsState.title, CUSTOMER_OR_LINK, ListingRevisionsState.load,
        ListingRevisionsState.renew,
    ),
    Row("/payments", payments, "Payments", CUSTOMER, Payments.load, Payments.load),
    Row("/invoices", invoices, "Invoices", CUSTOMER, Invoices.load, Invoices.load),
    Row("/invoices/[invoice]", invoice, OneInvoice.title, CUSTOMER, OneInvoice.load, OneInvoice.load),
    Row("/account", account, "Account", PERSON, Account.load),
    Row("/account/cards", cards, "Cards", CUSTOMER, Cards.load),
    Row("/account/teams", teams, "Teams", CUSTOMER, Teams.load, Teams.load),
    Row("/account/teams/[team]", team, OneTeam.title, CUSTOMER, OneTeam.load, OneTeam.load),
    Row("/account/security", security, "Security", PERSON, Security.load),
    Row("/place-order", booking, "Place an order", PUBLIC, BookingState.load),
    Row("/admin/customers", customers, "Customers", STAFF(Permission.SEE_CUSTOMERS), CustomersState.load, CustomersState.load),
    Row("/admin/catalog", catalog, "Catalog", STAFF(Permission.SETTINGS), CatalogState.load, CatalogState.load),
    Row("/admin/catalog/[service]", service, ServiceState.title, STAFF(Permission.SETTINGS), ServiceState.load),
    Row("/admin/staff", staff, "Staff", STAFF(Permission.MANAGE_STAFF), StaffState.load, StaffState.load),
    Row("/admin/areas", areas, "Service areas", STAFF(Permission.SETTINGS), AreasState.load, AreasState.load),
    Row("/admin/settings", settings, "Settings", SETTINGS),
    Row("/admin/settings/watermark", watermark, "Watermark", SETTINGS, WatermarkSetting.load, WatermarkSetting.renew),
    Row("/admin/settings/delivery", delivery_settings, "Delivery", SETTINGS, DeliverySettings.load),
    Row("/admin/settings/booking", booking_rules, "Booking", SETTINGS, BookingRules.load),
    Row("/admin/settings/payments", payment_settings, "Payments", SETTINGS, PaymentSettings.load),
    Row("/admin/settings/coupons", coupons, "Coupons", SETTINGS, Coupons.load, Coupons.load),
    Row("/admin/settings/questions", questions, "Questions", SETTINGS, Questions.load, Questions.load),
    Row("/admin/settings/prices", prices, "Fees, taxes and tips", SETTINGS, Prices.load),
    Row("/admin/audit", audit, "Audit log", STAFF(Permission.SEE_AUDIT), AuditState.load, AuditState.load),
    Row("/admin/calendar", calendar, "Calendar", SEE_ORDERS, CalendarState.load, CalendarState.load),
    Row("/admin/calendar/why", why, "Why no slot?", SEE_ORDERS, WhyState.load, WhyState.refresh),
    Row("/admin/crew", crew, "Crew and hours", SEE_ORDERS, CrewState.load, CrewState.load),
    Row("/admin/crew/[member]", hours, HoursState.title, SEE_ORDERS, HoursState.load),
    Row("/admin", today, "Today", SEE_ORDERS, TodayState.load, TodayState.load),
    Row("/admin/my-day", my_day, "My day", SEE_ORDERS, MyDay.load, MyDay.load),
    Row("/admin/orders", admin_orders, "Orders", SEE_ORDERS, AdminOrdersState.load, AdminOrdersState.load),
    Row("/admin/orders/[number]", admin_order, "Order", SEE_ORDERS, AdminOrderState.load, AdminOrderState.load),
    Row("/admin/listings", studio_listings, "Listings", SEE_ORDERS, StudioListings.load, StudioListings.load),
    Row("/admin/listings/[listing]", listing_desk, ListingDesk.title, SEE_ORDERS, ListingDesk.load, ListingDesk.load),
    Row("/admin/invoices", admin_invoices, "Invoices", SEE_MONEY, AdminInvoices.load, AdminInvoices.load),
    Row("/admin/invoices/[invoice]", admin_invoice, AdminInvoice.title, SEE_MONEY, AdminInvoice.load, AdminInvoice.refresh),
    Row("/admin/payments", admin_payments, "Payments", SEE_MONEY, AdminPayments.load, AdminPayments.load),
    Row("/admin/deliver/altered/[number]", altered, "Altered photos", UPLOAD, AlteredPhotos.load, AlteredPhotos.load),
    Row("/admin/deliver/[number]", deliver, "Deliver", UPLOAD, DeliverState.load, DeliverState.load),
    Row("/admin/revisions", desk_revisions, "Changes", UPLOAD, RevisionsState.load, RevisionsState.load),
    Row(
        "/admin/revisions/[revision]", desk_revision, DeskRevisionState.title, UPLOAD, DeskRevisionState.load,
        DeskRevisionState.load,
    ),
)  # fmt: skip
