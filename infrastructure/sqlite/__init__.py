"""The stores in memory behind a journal in an SQLite file: what was answered survives the process."""
