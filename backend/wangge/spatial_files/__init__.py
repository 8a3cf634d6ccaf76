"""Spatial files (空间文件): areas and points as other people's programs write them, read with every defect named.

Reading never repairs and never converts a coordinate system that nobody declared: it answers with a ``SpatialFile``
whose features carry their defects, with a ``NeedsAnswer`` that asks, or it refuses with an error of ``errors``.
Everything here is pure and synchronous, works on bytes in memory and knows no database; it is CPU work for a thread
or a process of the caller's.
"""
