"""Pages of a listing, and what list faults do to them.

Facts: a token goes out in the header `x-ms-continuationtoken` and is absent on the last page; `count` is
the size of the page (reference of the API, part 0.4).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, overload

from .calls import Answer, Call, bad_argument, listed

RowT = TypeVar("RowT")
_NOT_FILTERS = frozenset({"continuationtoken", "$top", "$expand", "api-version"})


class Encoded(Sequence[bytes], Generic[RowT]):
    """Rows that are encoded when a page takes them."""

    def __init__(self, rows: Sequence[RowT], encode: Callable[[RowT], bytes]) -> None:
        self._rows = rows
        self._encode = encode

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> list[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | list[bytes]:
        if isinstance(place, slice):
            return [self._encode(one) for one in self._rows[place]]
        return self._encode(self._rows[place])


def listing_key(call: Call) -> tuple[object, ...]:
    """Return what a filtered list depends on, so that its next page need not be filtered again."""
    asked = tuple(sorted((name, value) for name, value in call.query.items() if name not in _NOT_FILTERS))
    return (call.route, call.project and call.project.id, call.access.permissions, asked)


def offset_of(call: Call) -> int:
    """Return the start that a numeric token (or, without one, `$skip`) asks for."""
    token = call.text("continuationToken")
    if token is None:
        return max(0, call.number("$skip", 0))
    if not token.isdigit():
        raise bad_argument(f"The continuation token '{token}' is not valid.")
    return int(token)


def opaque(place: int) -> str:
    """Return a token that does not show its place."""
    return base64.urlsafe_b64encode(f"place {place}".encode()).decode().rstrip("=")


def opaque_place(call: Call) -> int:
    """Return the place that an opaque token names; without a token 0. Raises ApiError (400)."""
    token = call.text("continuationToken")
    if token is None:
        return 0
    try:
        word, _, place = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().partition(" ")
        if word == "place":
            return int(place)
    except ValueError:
        pass
    raise bad_argument(f"The continuation token '{token}' is not valid.")


def whole(call: Call, rows: Sequence[bytes]) -> Answer:
    """Answer with a listing that is not paged."""
    return Answer(listed(_trimmed(call, rows)))


def page(
    call: Call, rows: Sequence[bytes], start: int, size: int, token_at: Callable[[int], str] | None = str
) -> Answer:
    """Answer with the rows from `start`; `token_at` names the place of a row (None: no token is sent)."""
    found, following = cut(call, rows, start, size, tokens=token_at is not None)
    answer = Answer(listed(found))
    if following is not None and token_at is not None:
        answer.headers[call.settings.token_header] = token_at(following)
    return answer


def cut(
    call: Call, rows: Sequence[RowT], start: int, size: int, *, tokens: bool = True
) -> tuple[list[RowT], int | None]:
    """Return the rows of a page and where the next page begins (None on the last one), as faults want them."""
    effects = call.effects
    moved = start
    if effects.shift and start:
        moved = max(0, start + effects.shift)
        effects.done.append(
            f"the list moved by {-effects.shift}: the page begins at {moved} in place of {start}"
        )
    end = moved + max(0, size)
    found = rows[moved:end]
    following = end if end < len(rows) else None
    if effects.repeat_token and tokens:
        following = moved
        effects.done.append("sent the token of this very page")
    elif effects.empty_page and tokens:
        found, following = [], moved
        effects.done.append("sent no row, and a token for the same place")
    return _trimmed(call, found), following


def _trimmed(call: Call, rows: Sequence[RowT]) -> list[RowT]:
    dropped = min(call.effects.trim, len(rows))
    if dropped:
        call.effects.done.append(f"left {dropped} of {len(rows)} rows out")
    return list(rows[dropped:])
