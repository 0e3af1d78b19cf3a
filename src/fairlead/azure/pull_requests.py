"""Reading pull requests: their listing goes from the newest back, and ends for each repository after some of them.

Facts: reference part 1.2. The listing is by `$top` and `$skip`, so it shifts while it is walked: what a shift hides is
read by id, as everything that a listing leaves out. Nobody can delete a pull request; it goes with its repository.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from fairlead.azure.http.envelope import decode
from fairlead.azure.kind_reader import KindReader
from fairlead.azure.kinds.pull_request import CLOSED, is_old, most, pull_request_head
from fairlead.model.errors import IncompleteReading
from fairlead.model.kinds import FetchSpec
from fairlead.model.readings import Chain, Page
from fairlead.model.records import Record
from fairlead.model.source import Number, Parents


class _Place(msgspec.Struct, frozen=True):
    """Where a walk stands: how many rows it has passed, the row that the last page began with, and how many pull
    requests of each repository it has taken. It is the walk's cursor, so that a restart counts on."""

    skip: str
    first: str
    taken: dict[str, int]


class PullRequestReader(KindReader):
    """Pull requests, with a window of time and of the newest N of each repository."""

    async def page(
        self, chain: Chain, fetch: FetchSpec, parents: Parents, cursor: str | None, number: Number
    ) -> Page:
        """One page, without what lies outside the window."""
        place = decode(cursor.encode(), _Place, "a cursor") if cursor else None
        page = await super().page(chain, fetch, parents, place.skip if place else None, number)
        first = page.records[0].key if page.records else ""
        if place is not None and first and first == place.first:
            # What is taken of a page cannot tell: of a repository that is full, nothing is.
            raise IncompleteReading(
                "the listing of pull-request gives the same page again, whatever it is asked for"
            )
        taken = Counter(place.taken if place else {})
        records = [one for one in page.records if self._is_inside(fetch, chain.part, one, taken)]
        following = page.next
        if following is not None:
            following = msgspec.json.encode(_Place(following, first, dict(taken))).decode()
        return Page(tuple(records), next=following)

    @staticmethod
    def _is_inside(fetch: FetchSpec, part: str, record: Record, taken: Counter[str]) -> bool:
        """Whether a listed pull request is one of the window's. Counts it, if its number is bounded."""
        if part not in CLOSED:
            return True
        # A server that does not know the range of time gives all closed ones.
        if is_old(fetch, pull_request_head(record.body)) or taken[record.parent] >= most(fetch):
            return False
        taken[record.parent] += 1
        return True

    def beyond(
        self, fetch: FetchSpec, records: Sequence[Record], neighbors: Sequence[Record]
    ) -> frozenset[str]:
        """Those that were closed before the window, and those that newer ones of the repository push out of it."""
        newer: dict[tuple[str, str], list[int]] = defaultdict(list)
        for near in neighbors:
            head = pull_request_head(near.body)
            if head.state in CLOSED and not is_old(fetch, head):
                newer[near.parent, head.state].append(head.pull_request_id)
        found: set[str] = set()
        for one in records:
            head = pull_request_head(one.body)
            ahead = sum(id_ > head.pull_request_id for id_ in newer[one.parent, head.state])
            if is_old(fetch, head) or ahead >= most(fetch):
                found.add(one.key)
        return frozenset(found)
