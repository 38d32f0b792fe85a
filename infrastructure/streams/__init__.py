"""Open streams, and the listener that wakes them."""
