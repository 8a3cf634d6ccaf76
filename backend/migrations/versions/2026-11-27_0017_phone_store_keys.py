"""the key of a phone's store for a forgotten PIN, and the policies of the lock"""

from pathlib import Path

from alembic import op

from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"
POLICIES = (
    "phone_pin_required", "phone_pin_min_digits", "phone_pin_rounds", "phone_pin_free_tries", "phone_pin_delay_s",
    "phone_pin_delay_max_s", "phone_lock_idle_minutes", "store_key_sign_in_minutes", "phone_space_reserve_bytes",
    "phone_photo_keep_days", "phone_record_keep_days",
)  # fmt: skip

revision = "0017_phone_store_keys"
down_revision = "0016_sealed_records"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_script(SQL / "0009_phone_store_keys.sql")


def downgrade() -> None:
    op.drop_table("phone_store_keys")
    names = ", ".join(f"'{name}'" for name in POLICIES)
    op.execute(f"delete from policies where key in ({names})")
