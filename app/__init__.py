"""Puts Perch together and starts it."""
