"""Timelines in an engine beside the database. The engine may fail without harm: reads then merge the author logs."""
