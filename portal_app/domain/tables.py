"""The whole schema: importing this module imports every table, for Alembic and the tests."""

from sqlmodel import SQLModel

from portal_app.domain.activity import models as activity
from portal_app.domain.billing import models as billing
from portal_app.domain.catalog import models as catalog
from portal_app.domain.customers import models as customers
from portal_app.domain.delivery import models as delivery
from portal_app.domain.delivery import revision_models as revisions
from portal_app.domain.identity import models as identity
from portal_app.domain.listings import models as listings
from portal_app.domain.media import models as media
from portal_app.domain.notifications import models as notifications
from portal_app.domain.orders import models as orders
from portal_app.domain.scheduling import models as scheduling
from portal_app.domain.studios import models as studios

__all__ = [
    "activity", "billing", "catalog", "customers", "delivery", "identity",
    "listings", "media", "notifications", "orders", "revisions", "scheduling", "studios",
]  # fmt: skip

metadata = SQLModel.metadata
