"""The kinds of gap, each as SQL that counts, lists and exports share.

A kind is a set of rows of one table with a path: what it reads (``source``), which of its rows are gaps (``holds``), and
what the list says of each. Days and conditions are those that the rest of the house uses, so that no two screens disagree.
"""

from dataclasses import dataclass, field

from wangge.employers.reasons import CONDITIONS, COUNTED

TODAY = "(select china_today())"
HELD_TODAY = f"d.valid_from <= {TODAY} and (d.valid_to is null or d.valid_to >= {TODAY})"
# Which grid a row is about, named down from the city, and where a map writes its name.
GRID = """
    json_build_object('id', g.id, 'code', g.code, 'name', g.name, 'level', g.level, 'label', json_build_array(ST_X(g.label), ST_Y(g.label)),
        'path_names', (select json_agg(a.name order by a.level) from grids a where a.path @> g.path and a.valid_to is null)) as grid
"""
EMPLOYER = """json_build_object('id', e.id, 'name', e.name, 'address', e.address, 'version', e.version, 'position',
    case when e.position is not null then json_build_array(ST_X(e.position), ST_Y(e.position)) end) as employer"""
LAPSING = "duties_lapsing() l join duties d on d.id = l.duty_id"
DUTYS_GRID = "join grids g on g.id = d.grid_id join people p on p.id = d.person_id"
OF_DUTY = f"{GRID}, json_build_object('id', p.id, 'name', p.name) as person, certificate_of_duty(d.id) as certificate"
OF_EMPLOYERS = "employers e"
EMPLOYERS_GRID = "join grids g on g.id = e.grid_id"


@dataclass(frozen=True)
class Kind:
    """One kind of gap.

    ``path`` is the column of the scope, ``shown`` what the list joins besides, ``columns`` its select list besides the row's
    ``id``; ``search`` are the columns that a text is looked for in, ``sorts`` the wire names of its orders.
    """

    source: str
    holds: str
    path: str
    id: str
    columns: str
    shown: str = ""
    search: tuple[str, ...] = ("g.name", "g.code")
    sorts: dict[str, str] = field(default_factory=lambda: {"grid": "g.code", "name": "g.name"})
    default_sort: str = "grid"


KINDS: dict[str, Kind] = {
    "grid_without_owner": Kind(
        source="grids g",
        holds=f"g.level = 4 and g.valid_to is null and not exists (select from duties d where d.grid_id = g.id and {HELD_TODAY})",
        path="g.path",
        id="g.id",
        columns=f"{GRID}, (select count(*) from employers e where e.grid_id = g.id and {COUNTED}) as employers",
    ),
    "owner_uncertified": Kind(
        source=LAPSING,
        holds="l.until is null",
        path="d.grid_path",
        id="d.id",
        columns=OF_DUTY,
        shown=DUTYS_GRID,
        search=("p.name", "g.name", "g.code"),
        sorts={"grid": "g.code", "person": "p.name"},
    ),
    "owner_expiring": Kind(
        source=LAPSING,
        holds="l.until is not null",
        path="d.grid_path",
        id="d.id",
        columns=OF_DUTY,
        shown=DUTYS_GRID,
        search=("p.name", "g.name", "g.code"),
        sorts={"grid": "g.code", "person": "p.name", "expires_on": "l.until"},
        default_sort="expires_on",
    ),
    "employer_outside_all_grids": Kind(
        source=OF_EMPLOYERS,
        holds=f"{CONDITIONS['outside_all_grids']} and {COUNTED}",
        path="e.grid_path",
        id="e.id",
        columns=f"{GRID}, {EMPLOYER}",
        shown=EMPLOYERS_GRID,
        search=("e.name", "e.address"),
        sorts={"name": "e.name", "grid": "e.grid_path"},
        default_sort="name",
    ),
    "employer_no_position": Kind(
        source=OF_EMPLOYERS,
        holds=f"{CONDITIONS['no_position']} and {COUNTED}",
        path="e.grid_path",
        id="e.id",
        columns=f"{GRID}, {EMPLOYER}",
        shown=EMPLOYERS_GRID,
        search=("e.name", "e.address"),
        sorts={"name": "e.name", "grid": "e.grid_path"},
        default_sort="name",
    ),
    "grids_overlap_or_gap": Kind(
        source="grid_tilings t",
        holds="not t.is_exact",
        path="t.grid_path",
        id="t.parent_id",
        columns=f"{GRID}, json_build_object('children', t.children, 'gap_m2', t.gap_m2, 'overlap_m2', t.overlap_m2) as tiling",
        shown="join grids g on g.id = t.parent_id",
        sorts={"grid": "g.code", "name": "g.name", "gap_m2": "t.gap_m2", "overlap_m2": "t.overlap_m2"},
    ),
    "unit_without_people": Kind(
        source="units u",
        # a community's station may be held from next door: whether somebody answers there is asked of its grid
        holds="u.kind <> 'community' and not exists (select from people p where p.unit_id = u.id and p.state = 'appointed')",
        path="u.grid_path",
        id="u.id",
        columns=f"{GRID}, json_build_object('id', u.id, 'code', u.code, 'name', u.name, 'kind', u.kind) as unit",
        shown="join grids g on g.id = u.grid_id",
        search=("u.name", "u.code"),
        sorts={"grid": "g.code", "name": "u.name"},
    ),
}
