"""Invented certificates for the demo city: everybody holds one, a few soon run out, two have."""

from typing import Any

# Fixed shares of a year's certificates, so that not all of them end on one day. Days are counted from the day of loading.
EXPIRING_DAYS = (3, 9, 14, 21, 28)
EXPIRED_DAYS = (4, 12)


async def give_certificates(conn: Any) -> None:
    """A certificate for everybody who has none: of the kind her work needs, ending in three months to three years."""
    await conn.execute(
        """
        insert into certificates (id, person_id, kind, number, issuer, issued_on, expires_on, grid_path)
        select gen_random_uuid(), p.id, p.certificate_kind,
               case p.certificate_kind when 'post_certificate' then '鲁岗培' else '鲁劳监' end || to_char(p.n, 'FM000000'),
               '山东省人力资源和社会保障厅', '2025-06-01', china_today() + 90 + (p.n * 37 % 900)::int, p.grid_path
        from (select id, grid_path, row_number() over (order by id) as n,
                     case when kind = 'legal_supervisor' then 'post_certificate' else 'inspector_certificate' end as certificate_kind
              from people) p
        where not exists (select from certificates c where c.person_id = p.id)
        """
    )


async def age_certificates(conn: Any) -> None:
    """Let a few supervisors' certificates of the demo county end soon, and two end before today; not the demo supervisor's."""
    people = await conn.fetch(
        """
        select p.id from people p
        where p.kind = 'legal_supervisor' and p.grid_path <@ '370700.370783'
          and not exists (select from accounts a where a.person_id = p.id and a.login = 'community')
          and not exists (select from patrols t where t.assignee_id = p.id and t.planned_on >= china_today() - $2::int)
        order by p.employee_no limit $1
        """,
        len(EXPIRING_DAYS) + len(EXPIRED_DAYS),
        max(EXPIRED_DAYS),
    )
    days = (*EXPIRING_DAYS, *(-d for d in EXPIRED_DAYS))
    await conn.executemany(
        "update certificates set expires_on = china_today() + $2::int where person_id = $1",
        [(row["id"], day) for row, day in zip(people, days, strict=False)],
    )
