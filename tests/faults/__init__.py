"""Injects real faults, and measures lost, repeated and late tweets. `make faults` runs the long forms."""
