"""Timelines in Cassandra, on real nodes that die, stop and come back."""
