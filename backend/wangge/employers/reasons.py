"""When an employer counts as uncovered (未覆盖), as SQL that every question shares. First form: docs/glossary.md, design §6.

``OWNED`` is true for an employer whose grid somebody answers for today. Who answers for a grid outside one's scope is not
told, so an employer seen only through a patrol never counts as ownerless.
"""

REASONS = ("never_visited", "outside_all_grids", "no_position", "grid_without_owner")

# "(select ...)": which day it is, is asked once a query and not once a duty.
OWNED = """e.grid_id in (select d.grid_id from duties d
    where d.valid_from <= (select china_today()) and (d.valid_to is null or d.valid_to >= (select china_today())))"""

CONDITIONS = {
    "never_visited": "e.last_visited_at is null",
    "outside_all_grids": "(e.grid_source <> 'position' and e.position is not null)",
    "no_position": "e.position is null",
    "grid_without_owner": f"(nlevel(e.grid_path) = 4 and not {OWNED} and e.grid_path <@ (select app_scope()))",
}
UNCOVERED = "(" + " or ".join(CONDITIONS.values()) + ")"
REASONS_OF = "array_remove(array[" + ", ".join(f"case when {sql} then '{name}' end" for name, sql in CONDITIONS.items()) + "], null)"
COUNTED = "e.review_state <> 'returned'"
