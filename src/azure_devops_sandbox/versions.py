"""The check of `api-version`.

Facts: 7.1 is the newest released version, 7.2 exists only with `-preview`; a released number for a
resource that is in preview, or a number that does not exist, answers 400; a GET needs no version, other
methods do (reference of the API, part 0.2).
"""

from __future__ import annotations

import re

from .calls import ApiError

_VERSION = re.compile(r"(\d+\.\d+)(?:-preview(?:\.(\d+))?)?")
_IN_ACCEPT = re.compile(r"api-version=([^;,\s]+)")
_RELEASED = frozenset(
    {
        "1.0",
        "2.0",
        "2.1",
        "2.2",
        "2.3",
        "3.0",
        "3.1",
        "3.2",
        "4.0",
        "4.1",
        "5.0",
        "5.1",
        "6.0",
        "6.1",
        "7.0",
        "7.1",
    }
)
NEWEST = "7.1"
_NAMESPACE = "Microsoft.VisualStudio.Services.WebApi"


def check_version(asked: str | None, accept: str, method: str, preview_only: bool) -> str:
    """Return the version asked for (without one the newest). Raise ApiError (400) if it does not fit the resource."""
    if asked is None:
        in_header = _IN_ACCEPT.search(accept)
        asked = in_header.group(1) if in_header else None
    if asked is None:
        if method in {"GET", "OPTIONS"}:
            return NEWEST
        raise ApiError(
            400,
            "VssVersionNotSpecifiedException",
            f'No api-version was supplied for the "{method}" request.',
            _NAMESPACE,
        )
    match = _VERSION.fullmatch(asked)
    number = match.group(1) if match else ""
    if number not in _RELEASED and number != "7.2":
        raise ApiError(
            400,
            "VssVersionOutOfRangeException",
            f"The requested REST API version of {asked} is out of range for this server. "
            "The latest REST API version this server supports is 7.2.",
            _NAMESPACE,
        )
    if "-preview" not in asked and (preview_only or number == "7.2"):
        raise ApiError(
            400,
            "VssInvalidPreviewVersionException",
            f'The requested version "{asked}" of the resource is under preview. The -preview flag must be supplied '
            f'in the api-version for such requests. For example: "{number}-preview"',
            _NAMESPACE,
        )
    return number
