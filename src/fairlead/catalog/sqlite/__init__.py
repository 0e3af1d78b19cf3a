"""The SQLite engine: one writer thread, a few reading connections, plain SQL."""
