"""Tracks (轨迹): the way a person walked while on duty, and at no other time."""
