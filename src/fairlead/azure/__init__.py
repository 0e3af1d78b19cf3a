"""Reads Azure DevOps: one HTTP client per identity and host, one small file per kind, the permission doctor.

`connect` builds the object that `sync` knows as a source of records.
"""
