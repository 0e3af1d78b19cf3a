"""Desired against actual: merges contributions into entities and says what differs. Pure: no I/O, no clock."""
