"""Make or drop a database in the tests' own cluster: ``database.py make NAME`` prints its URLs as JSON.

The cluster is started when it does not run yet (a stage run by hand); it stays up for the next run.
"""

import asyncio
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from wangge.cluster import PrivateCluster
from wangge.core.migrate import upgrade

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    verb, name = sys.argv[1:3]
    cluster = PrivateCluster(Path(os.environ.get("WANGGE_TEST_DIR", ROOT / ".cache" / "test")), durable=False)
    cluster.ensure_started()
    if verb == "make":
        urls = cluster.create_database(name, replace=True)
        asyncio.run(upgrade(urls.owner))
        print(json.dumps(asdict(urls)))
    elif verb == "drop":
        cluster.drop_database(name)
    else:
        sys.exit(f"unknown verb {verb}: make or drop")


if __name__ == "__main__":
    main()
