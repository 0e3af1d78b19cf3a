"""The state of the organization: plain objects, no I/O."""
