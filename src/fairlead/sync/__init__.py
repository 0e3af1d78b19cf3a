"""Decides when and what to read, and carries what was read through mapping and reconciliation into the catalog.

The rooms that do I/O (`azure`, `catalog`, `targets`) are known here by the protocols of `source.py`, `store.py`
and `delivery.py` only; `app/wiring.py` joins them.
"""
