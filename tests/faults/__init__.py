"""Faults, done for real: what is lost, doubled and late meanwhile. `make faults` runs the long forms."""
