"""Timelines, announcements and write limits in Redis, which may forget everything at any time."""
