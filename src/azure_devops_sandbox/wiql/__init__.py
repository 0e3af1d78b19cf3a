"""The work item query language (WIQL): flat queries over `WorkItems`."""

from __future__ import annotations

from .evaluate import Context, Result, run_query
from .syntax import QueryError, parse

__all__ = ["Context", "QueryError", "Result", "parse", "run_query"]
