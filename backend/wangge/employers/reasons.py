"""When an employer counts as uncovered (未覆盖), as SQL that every question shares: docs/glossary.md, design §6, decision 0026.

An employer is covered on a day when it has a complete file, its point lies in a community grid whose owner holds a valid
certificate, and its next visit is not overdue. What its file alone tells is kept in its own row (``file_reasons``, bits of
``FILE_BITS``; ``visit_due_on``), who looks after its grid in the grid's (``grid_coverage.owner_state``).

The conditions speak of ``e``, a row of ``employers`` or of ``coverage_subjects``. Who answers for a grid outside one's scope is
not told (the policies of ``grid_coverage``), so an employer seen only through a patrol never counts as ownerless.
"""

REASONS = (
    "no_file", "incomplete_file", "no_position", "outside_all_grids", "grid_without_owner", "owner_uncertified", "never_visited", "overdue",
)  # fmt: skip
# The bits of ``employers.file_reasons``, a generated column (0018_coverage.sql).
FILE_BITS = {"no_file": 1, "incomplete_file": 2, "no_position": 4, "outside_all_grids": 8, "never_visited": 16}
OWNER_STATES = {"grid_without_owner": "ownerless", "owner_uncertified": "uncertified"}
# "(select ...)": which day it is, is asked once a query and not once a row.
OVERDUE = "(e.visit_due_on < (select china_today()))"


def _owner_is(condition: str) -> str:
    return f"(e.grid_id in (select c.grid_id from grid_coverage c where {condition}))"


NOT_OWNED = _owner_is("c.owner_state <> 'owned'")
CONDITIONS = {
    name: f"((e.file_reasons & {FILE_BITS[name]}) <> 0)" if name in FILE_BITS
    else OVERDUE if name == "overdue"
    else _owner_is(f"c.owner_state = '{OWNER_STATES[name]}' and c.owner_state <> 'owned'")
    for name in REASONS
}  # fmt: skip
UNCOVERED = f"(e.file_reasons <> 0 or coalesce({OVERDUE}, false) or {NOT_OWNED})"
REASONS_OF = "array_remove(array[" + ", ".join(f"case when {sql} then '{name}' end" for name, sql in CONDITIONS.items()) + "], null)"
COUNTED = "e.review_state <> 'returned'"
