"""Serves people and programs over HTTP: Port's dialect under /v1, Fairlead's own under /api, the page. Thin.

Holds no rule: what it can do, the command line can, through `app`.
"""
