"""One suite a port. Every adapter passes the same tests, races included."""
