"""Kafka: groups, rebalancing, dead events, and a broker that fails."""
