"""The results database, version 13; its SQL stands beside this file, for those who read SQL."""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    # The statement text holds colons and percent signs: it goes to the driver as it is.
    op.get_bind().exec_driver_sql(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    raise RuntimeError("results are append-only: restore a backup instead")
