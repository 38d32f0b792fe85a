"""Kafka: groups, rebalancing, dead letters, and a broker that fails."""
