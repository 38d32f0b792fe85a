"""Hints through Kafka, from the processes that serve to the group of those that work."""
