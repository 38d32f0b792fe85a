"""Read a home timeline, and prepare it to be read."""
