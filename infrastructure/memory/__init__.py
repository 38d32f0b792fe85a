"""Stores in this process's memory. Each has one lock; the class docstring says what the lock protects."""
