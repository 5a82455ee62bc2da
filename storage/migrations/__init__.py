"""The one history of the tables, run by Alembic when a database is opened or by ``cordboard db migrate``."""

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection


def upgrade(connection: Connection) -> None:
    """Bring the tables to this program's version, within the connection's transaction."""
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
