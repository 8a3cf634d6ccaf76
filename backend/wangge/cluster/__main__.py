"""``python -m wangge.cluster``: the cluster commands without the rest of the application."""

from wangge.cluster.commands import cluster_group

cluster_group(prog_name="wangge cluster")
