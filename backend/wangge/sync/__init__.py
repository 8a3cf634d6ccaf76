"""Sync (同步): operations from phones in, scoped changes out. See docs/sync.md."""
