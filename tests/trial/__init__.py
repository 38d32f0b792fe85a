"""Trials: clients write and read while a nemesis does harm; what they did is recorded, and a checker judges it."""
