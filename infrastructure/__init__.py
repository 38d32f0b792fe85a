"""Adapters: stores, delivery and HTTP."""
