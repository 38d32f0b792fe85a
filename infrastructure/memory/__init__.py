"""Stores in this process's memory. Each has one lock; its class says what the lock protects."""
