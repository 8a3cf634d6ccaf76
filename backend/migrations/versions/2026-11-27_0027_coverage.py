"""coverage"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

import wangge.core.columns
from wangge.core.migrate import run_script

SQL = Path(__file__).resolve().parents[1] / "sql"

revision = "0027_coverage"
down_revision = "0026_ratings_and_key_list"
branch_labels = None
depends_on = None

COUNTS = ("total", "uncovered", "no_file", "incomplete_file", "no_position", "outside_all_grids", "never_visited", "overdue")
COUNTED = "review_state <> 'returned'"

# As 0001_feed.sql made it.
VISITS_RECORDED = """
    create or replace function visits_recorded() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
    begin
        perform from employers where id in (select employer_id from new_rows) order by id for no key update;
        update employers e set last_visited_at = v.visited_at
          from (select employer_id, max(least(happened_at, received_at)) as visited_at from new_rows group by employer_id) v
         where e.id = v.employer_id and (e.last_visited_at is null or e.last_visited_at < v.visited_at);
        update patrol_stops s set status = 'visited'
          from (select distinct patrol_id, employer_id, person_id from new_rows where patrol_id is not null order by 1, 2) v
         where s.patrol_id = v.patrol_id and s.employer_id = v.employer_id and s.assignee_id = v.person_id and s.status = 'planned';
        return null;
    end $$;
"""


def _counts(*more: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in (*COUNTS, *more)]


def upgrade() -> None:
    op.add_column("employers", sa.Column("visit_due_on", sa.Date(), nullable=True))
    op.create_table(
        "grid_coverage",
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("owner_state", sa.String(), nullable=False),
        *_counts(),
        sa.Column("changes_on", sa.Date(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("owner_state in ('owned', 'ownerless', 'uncertified')", name=op.f("ck_grid_coverage_owner_state")),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_grid_coverage_grid_id")),
        sa.PrimaryKeyConstraint("grid_id", name=op.f("pk_grid_coverage")),
    )
    op.create_index("ix_grid_coverage_grid_path", "grid_coverage", ["grid_path"], postgresql_using="gist")
    op.create_index("ix_grid_coverage_changes_on", "grid_coverage", ["changes_on"])
    op.create_index(
        "ix_grid_coverage_not_owned", "grid_coverage", ["owner_state", "grid_path", "grid_id"],
        postgresql_where=sa.text("owner_state <> 'owned'"),
    )  # fmt: skip
    op.create_table(
        "coverage_days",
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("grid_path", wangge.core.columns.Ltree(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_counts("grid_without_owner", "owner_uncertified"),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_coverage_days_grid_id")),
        sa.PrimaryKeyConstraint("grid_id", "day", name=op.f("pk_coverage_days")),
    )
    op.create_table(
        "coverage_due",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_due")),
    )
    op.create_table(
        "coverage_progress",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("intervals", sa.String(), nullable=False),
        sa.Column("intervals_under_way", sa.String(), nullable=True),
        sa.Column("after_grid", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_progress")),
    )
    run_script(SQL / "0018_coverage.sql")
    for index in ("ix_employers_grid_id_last_visited_at", "ix_employers_never_visited", "ix_employers_gap_outside",
                  "ix_employers_gap_no_position"):  # fmt: skip
        op.drop_index(index, "employers")
    op.create_index("ix_employers_grid_id_visit_due_on", "employers", ["grid_id", "visit_due_on"])
    op.create_index("ix_employers_industry_code", "employers", ["industry_code"])
    op.create_index("ix_employers_key_list", "employers", ["grid_path", "id"], postgresql_where=sa.text("on_key_list"))
    for name, bit in (("outside", 8), ("no_position", 4)):
        op.create_index(
            f"ix_employers_gap_{name}", "employers", ["grid_path", "id"],
            postgresql_where=sa.text(f"(file_reasons & {bit}) <> 0 and {COUNTED}"),
        )  # fmt: skip


def downgrade() -> None:
    op.execute("delete from policies where key in ('coverage_nearest_max', 'coverage_trend_days_max')")
    for index in ("ix_employers_gap_no_position", "ix_employers_gap_outside", "ix_employers_key_list", "ix_employers_industry_code",
                  "ix_employers_grid_id_visit_due_on"):  # fmt: skip
        op.drop_index(index, "employers")
    op.execute("drop view coverage_subjects, coverage_besides, known_without_file")
    for table, verbs in (("employers", ("inserted", "updated", "deleted")), ("duties", ("inserted", "updated", "deleted")),
                         ("certificates", ("inserted", "updated", "deleted")), ("people", ("updated",)),
                         ("registry_rows", ("inserted", "updated")),
                         ("grids", ("inserted", "updated"))):  # fmt: skip
        for verb in verbs:
            op.execute(f"drop trigger {table}_{verb}_note_coverage on {table}")
    op.execute("drop trigger requirements_note_coverage on certificate_requirements")
    op.execute("drop trigger employer_registered_visit_due on employers")
    op.execute("drop trigger employer_visit_due on employers")
    op.execute(VISITS_RECORDED)
    for function in (
        "keep_coverage(int)", "refresh_coverage(int)", "keep_coverage_of_day(date)", "follow_visit_intervals(date, int)",
        "count_coverage_of(uuid[], date)", "grid_owner_state(uuid, int, date)", "grids_note_coverage()", "registry_rows_note_coverage()",
        "requirements_note_coverage()",
        "people_note_coverage()", "certificates_note_coverage()", "duties_note_coverage()", "employers_note_coverage()",
        "coverage_note(uuid[])", "employer_visit_due()",
    ):  # fmt: skip
        op.execute(f"drop function {function}")
    for table in ("coverage_progress", "coverage_due", "coverage_days", "grid_coverage"):
        op.drop_table(table)
    op.drop_column("employers", "file_reasons")
    op.drop_column("employers", "visit_due_on")
    op.create_index("ix_employers_grid_id_last_visited_at", "employers", ["grid_id", "last_visited_at"])
    op.create_index("ix_employers_never_visited", "employers", ["grid_id"], postgresql_where=sa.text("last_visited_at is null"))
    op.create_index(
        "ix_employers_gap_outside", "employers", ["grid_path", "id"],
        postgresql_where=sa.text(f"grid_source <> 'position' and position is not null and {COUNTED}"),
    )  # fmt: skip
    op.create_index(
        "ix_employers_gap_no_position", "employers", ["grid_path", "id"], postgresql_where=sa.text(f"position is null and {COUNTED}")
    )
