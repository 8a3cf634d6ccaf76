"""The private PostgreSQL cluster that Wangge runs when no database server is given.

It lives inside the data folder, listens on a unix socket only, and serves two
least-privilege roles: ``wangge_owner`` (migrations, demo, operator commands) and
``wangge_app`` (the API, bound by row-level security). With ``WANGGE_DATABASE_URL``
set, nothing in this package is used.

This package depends on the standard library and click alone, so that ``scripts/run``
can start the database without importing the application.
"""

from wangge.cluster.binaries import Binaries, find_binaries
from wangge.cluster.commands import cluster_group
from wangge.cluster.errors import ClusterError, PostgisMissing
from wangge.cluster.private import ClusterUrls, PrivateCluster

__all__ = [
    "Binaries",
    "ClusterError",
    "ClusterUrls",
    "PostgisMissing",
    "PrivateCluster",
    "cluster_group",
    "find_binaries",
]
