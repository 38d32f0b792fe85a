"""What of the PostgreSQL adapters needs no server."""
