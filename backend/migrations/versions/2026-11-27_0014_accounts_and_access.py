"""accounts and access: roles and rights as data, second factor, sessions, devices, the audit log by months"""

from pathlib import Path

from alembic import op

from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"
STEPS = ("0006_tables", "0006_rights", "0006_audit", "0006_accounts", "0006_sessions")

revision = "0014_accounts_and_access"
down_revision = "0013_people_register"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("set local check_function_bodies = off")
    for step in STEPS:
        run_script(SQL / f"{step}.sql")
    # a role carries only rights that are described
    op.create_index("ix_role_rights_right_code", "role_rights", ["right_code"])
    op.create_foreign_key("fk_role_rights_right_code", "role_rights", "rights", ["right_code"], ["code"])


def downgrade() -> None:
    raise NotImplementedError("the audit log is not undone: restore the backup made before the upgrade")
