"""Timelines in Cassandra: partitions by user and generation, whose entries expire."""
