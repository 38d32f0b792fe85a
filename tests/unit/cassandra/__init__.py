"""What needs no node."""
