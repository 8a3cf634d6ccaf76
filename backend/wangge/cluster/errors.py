"""What can go wrong with the private cluster; each message tells the operator what to do."""


class ClusterError(Exception):
    """The private cluster cannot be created, started or stopped."""


class PostgisMissing(ClusterError):
    """This machine has no PostgreSQL server with PostGIS that we can use."""
