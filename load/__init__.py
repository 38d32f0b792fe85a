"""Loads a follow graph and tweets into a running service, and compares every home timeline with an oracle of its own.

It is a client like any other: it knows the service by HTTP alone.
"""
