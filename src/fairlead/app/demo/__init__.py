"""The demo: an organization in a process of its own, synced and served. Nothing to configure, nobody to ask."""
