"""sealed records: phones' keys, chains of operations, signed receipts, the record log, evidence packages"""

from pathlib import Path

from alembic import op

from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"
STEPS = ("0008_seals", "0008_log", "0008_packages")

revision = "0016_sealed_records"
down_revision = "0015_gaps"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local check_function_bodies = off")
    for step in STEPS:
        run_script(SQL / f"{step}.sql")


def downgrade() -> None:
    raise NotImplementedError("a log that only grows is not undone: restore the backup made before the upgrade")
