"""Tests on real engines, with what they share: fixtures, fleets of processes, and servers that all tests use."""
