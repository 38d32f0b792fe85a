"""Timelines in Redis, on real servers that forget, split and come back."""
