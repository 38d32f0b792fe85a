"""Delivery of tweets to followers' timelines: the fan-out, its thread and its log."""
