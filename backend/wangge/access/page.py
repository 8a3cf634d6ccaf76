"""The rights matrix as a page of the documents, made from the database."""

from pathlib import Path

import asyncpg

from wangge.access.repository import MATRIX
from wangge.access.service import ROLES
from wangge.cluster import PrivateCluster
from wangge.core.migrate import upgrade

NAMES = {
    "city": "市 city",
    "county": "县区 county",
    "street": "街道 street",
    "community": "社区监督员 community",
    "auditor": "审计 auditor",
}
SCRATCH = "rights_page"
HEAD = """# Rights 权限

Made by `wangge rights-page` from the tables `rights` and `role_rights`; do not edit. A role comes from an appointment (role × unit
× term); every right reaches as far as the appointment's subtree and no further (row-level security). ● carries the right.

The tests in `tests/backend/access` try every endpoint as every role, inside and outside its scope, against this matrix.

"""


async def rights_page(owner_url: str) -> str:
    """The page as Markdown."""
    connection = await asyncpg.connect(owner_url)
    try:
        rows = await connection.fetch(MATRIX)
    finally:
        await connection.close()
    lines = ["| right | 权限 | what it opens | kind | " + " | ".join(NAMES[role] for role in ROLES) + " |",
             "|---|---|---|---|" + ":-:|" * len(ROLES)]  # fmt: skip
    for r in rows:
        marks = " | ".join("●" if role in r["roles"] else "" for role in ROLES)
        lines.append(
            f"| `{r['code']}` {r['en']} | {r['zh']} | {r['opens_en']}。{r['opens_zh']} | {r['kind']} | {marks} |".replace("。", "<br>", 1)
        )
    return HEAD + "\n".join(lines) + "\n"


async def seeded_rights_page(data_dir: Path) -> str:
    """The page of a database as the migrations make it, in a private cluster that is left as it was found."""
    cluster = PrivateCluster(data_dir, durable=False)
    was_running = cluster.is_running()
    cluster.ensure_started()
    try:
        urls = cluster.create_database(SCRATCH, replace=True)
        await upgrade(urls.owner)
        page = await rights_page(urls.owner)
        cluster.drop_database(SCRATCH)
        return page
    finally:
        if not was_running:
            cluster.stop()
