"""How Alembic meets our schema: its metadata, our address, and columns written in plain SQLAlchemy words.

`make migration PURPOSE=word` writes a migration from the difference between the newest one and the models.
"""

from alembic import context
from alembic.autogenerate import renderers
from alembic.operations.ops import CreateTableOp, MigrateOperation
from sqlmodel.sql.sqltypes import AutoString

from portal_app.db import Database
from portal_app.domain.columns import Instant
from portal_app.domain.scheduling.models import NO_OVERLAP_POSTGRES, NO_OVERLAP_SQLITE
from portal_app.domain.tables import metadata
from portal_app.settings import read_settings


class OnlyOn(MigrateOperation):
    """A statement that only one kind of database understands."""

    def __init__(self, dialect: str, statement: str) -> None:
        self.dialect, self.statement = dialect, statement


@renderers.dispatch_for(OnlyOn)
def _write_only_on(_context, operation: OnlyOn) -> str:
    return f"if op.get_bind().dialect.name == {operation.dialect!r}: op.execute({operation.statement!r})"


def _plain_words(kind: str, item, _context):
    """Migrations never import the app: our column types appear as what they are in the database."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def _guard_appointments(_context, _revision, directives) -> None:
    """The rule that nobody is in two places at once comes with its table; autogenerate does not see triggers."""
    for script in directives:
        at = next(
            (
                i
                for i, op in enumerate(script.upgrade_ops.ops)
                if isinstance(op, CreateTableOp) and op.table_name == "appointment"
            ),
            None,
        )
        if at is not None:
            rules = [OnlyOn("sqlite", text) for text in NO_OVERLAP_SQLITE]
            rules += [OnlyOn("postgresql", text) for text in NO_OVERLAP_POSTGRES]
            script.upgrade_ops.ops[at + 1 : at + 1] = rules


def _run_on(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_plain_words,
        process_revision_directives=_guard_appointments,
    )
    with context.begin_transaction():
        context.run_migrations()


def _run() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        _run_on(given)
        return
    database = Database(context.config.get_main_option("sqlalchemy.url") or read_settings().database_url)
    try:
        with database.engine.begin() as connection:
            _run_on(connection)
    finally:
        database.close()


_run()
