"""books"""

from pathlib import Path

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

import wangge.core.columns
from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0028_books"
down_revision = "0027_coverage"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "books",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", text(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=True),
        sa.Column("title", text(), nullable=False),
        sa.Column("language", text(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("state", text(), nullable=False),
        sa.Column("stage", text(), nullable=False),
        sa.Column("attempt", sa.Uuid(), nullable=True),
        sa.Column("alive_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("scope", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("pdf_bytes", sa.Integer(), nullable=True),
        sa.Column("pdf_sha256", text(), nullable=True),
        sa.Column("xlsx_bytes", sa.Integer(), nullable=True),
        sa.Column("xlsx_sha256", text(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('grid', 'employer')", name=op.f("ck_books_kind")),
        sa.CheckConstraint("(kind = 'employer') = (employer_id is not null)", name=op.f("ck_books_subject")),
        sa.CheckConstraint("language in ('zh', 'en')", name=op.f("ck_books_language")),
        sa.CheckConstraint("period_to >= period_from", name=op.f("ck_books_period")),
        sa.CheckConstraint("state in ('making', 'ready', 'failed')", name=op.f("ck_books_state")),
        sa.CheckConstraint("(state = 'making') = (attempt is not null)", name=op.f("ck_books_attempt")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_books_grid_id")),
        sa.ForeignKeyConstraint(["employer_id"], ["employers.id"], name=op.f("fk_books_employer_id")),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_books_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_books")),
    )
    op.create_index("ix_books_grid_path", "books", ["grid_path"], unique=False, postgresql_using="gist")
    op.create_index("ix_books_made_at", "books", ["made_at", "id"], unique=False)
    op.create_index("ix_books_expires_at", "books", ["expires_at"], unique=False)
    op.create_index("ix_books_under_way", "books", ["alive_at"], unique=False, postgresql_where=sa.text("state = 'making'"))
    op.create_index("uq_books_attempt", "books", ["attempt"], unique=True, postgresql_where=sa.text("attempt is not null"))
    for column in ("grid_id", "employer_id", "made_by"):
        op.create_index(op.f(f"ix_books_{column}"), "books", [column], unique=False)
    run_script(SQL / "0019_books.sql")


def downgrade() -> None:
    op.execute("drop trigger books_take_along on employers")
    op.drop_table("books")
    for function in (
        "book_enter(uuid)", "books_tidy(int, jsonb)", "books_known(uuid[])", "books_take_along()", "grids_beside(uuid, float8)",
    ):  # fmt: skip
        op.execute(f"drop function {function}")
    op.execute("delete from role_rights where right_code = 'book.make'")
    op.execute("delete from rights where code = 'book.make'")
    op.execute("delete from policies where key like 'book\\_%'")
