"""The paging styles (reference part 0.4): what a page's request says, and where the next one starts. Pure.

A cursor is the text that starts the next page, None at the proved end.
"""

from __future__ import annotations

from collections.abc import Mapping

from fairlead.azure.http.calls import Query
from fairlead.model.errors import IncompleteReading
from fairlead.model.kinds import Listing

TOKEN_HEADER = "x-ms-continuationtoken"  # noqa: S105  a header's name


def page_query(listing: Listing, cursor: str | None) -> Query:
    """The query parameters that ask for one page."""
    if listing.paging == "token":
        top = ((listing.size_name, str(listing.size)),) if listing.size else ()
        return (*top, ("continuationToken", cursor)) if cursor else top
    if listing.paging == "skip":
        return ("$top", str(listing.size)), ("$skip", cursor or "0")
    return ()


def next_token(headers: Mapping[str, str], body_token: str, cursor: str | None) -> str | None:
    """The token of the next page, from the header or, where a server puts it there, the body.

    An empty page with a token goes on. IncompleteReading for the token of this very page.
    """
    token = headers.get(TOKEN_HEADER) or body_token
    if token and token == cursor:
        raise IncompleteReading(
            "the server gave the same continuation token again, so the listing has no end"
        )
    return token or None


def next_skip(listing: Listing, cursor: str | None, came: int) -> str | None:
    """Where the next page of a `$top`/`$skip` listing starts.

    A server may give fewer items than asked for on every page, and leave some out after it has cut the page. So a
    short page is the last only when it is shorter than any page that has one after it (`safe_size`).
    """
    if came < min(listing.safe_size, listing.size) or came == 0:
        return None
    return str(int(cursor or "0") + came)
