"""Starts things."""
