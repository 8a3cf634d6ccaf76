"""The operator's part of tracks: letting go of what is older than the policy says. On the owner's connection."""

import asyncpg


async def prune(owner_url: str) -> int:
    """Let go of tracks older than ``track_retention_days``; returns how many stretches went."""
    connection = await asyncpg.connect(owner_url)
    try:
        return int(await connection.fetchval("select prune_tracks()"))
    finally:
        await connection.close()
