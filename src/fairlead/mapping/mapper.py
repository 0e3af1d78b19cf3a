"""Records to contributions: splits pages, runs them over the pool, and finds the record or row that is to blame.

Pure but for the pool. A page whose program dies, stops early or does not parse is halved until the guilty record is
alone; that record's rows then run one by one, and only the failing ones are frozen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import orjson

from fairlead.mapping.blame import Trouble
from fairlead.mapping.checking import check_programs
from fairlead.mapping.explain import RowTrace, trace
from fairlead.mapping.hashing import digest
from fairlead.mapping.outcomes import Misplaced, frozen, record_outcomes
from fairlead.mapping.plans import Plan, plans_of
from fairlead.mapping.pool import ProgramFailed, WorkerDied, WorkerPool
from fairlead.mapping.program import PageProgram
from fairlead.mapping.rows import Configuration
from fairlead.model.entities import RowOutcome
from fairlead.model.kinds import Derivation

PAGE_RECORDS = 200
PAGE_BYTES = 1_000_000
_SMALLEST_SHARE = 25
"""Fewer records than this are not shared among workers: the program's own cost would weigh too much."""

Outcomes = tuple[RowOutcome, ...]


class Mapper:
    """All rows of a configuration, by base kind. Derived kinds are those that `derivations` give a base to."""

    def __init__(
        self, pool: WorkerPool, configuration: Configuration, derivations: Sequence[Derivation] = ()
    ) -> None:
        self._pool = pool
        self._configuration = configuration
        self._plans = plans_of(configuration, derivations)

    def base_kinds(self) -> tuple[str, ...]:
        """The kinds to read, in the order of their first rows; a derived kind's rows belong to its base."""
        return tuple(self._plans)

    def rows_hash(self, kind: str) -> bytes:
        """16 bytes over the kind's rows and those derived from it, their places and whether they create."""
        plan = self._plans.get(kind)
        rows = [program.row for program in plan.program.all_rows()] if plan else []
        return digest([[row.hash, row.position, row.creates] for row in rows])

    async def check(self) -> None:
        """Compile every expression and program in a worker. BadMapping names row, field, line and column."""
        await check_programs(self._pool, self._configuration, [plan.program for plan in self._plans.values()])

    async def map(self, kind: str, inputs: Sequence[bytes]) -> list[Outcomes]:
        """The outcomes of complete records (JSON, enrichments spliced in): one tuple per input, in order.

        A tuple has one outcome per row of the kind, then one per row of kinds derived from it; none where the
        kind has no rows. Nothing in a record or an expression makes this raise.
        """
        plan = self._plans.get(kind)
        if plan is None:
            return [()] * len(inputs)
        trouble = Trouble(self._pool.limits.seconds)
        share = max(_SMALLEST_SHARE, -(-len(inputs) // self._pool.size))
        pages = list(_pages(inputs, min(PAGE_RECORDS, share)))
        if len(pages) == 1:
            return await self._page(plan, pages[0], trouble)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._page(plan, page, trouble)) for page in pages]
        except ExceptionGroup as failed:
            raise failed.exceptions[
                0
            ] from failed  # the pool was closed: the caller knows that by its own name
        return [outcomes for task in tasks for outcomes in task.result()]

    async def explain(self, kind: str, record: bytes) -> tuple[RowTrace, ...]:
        """What every row makes of one record, field by field. `kind` is a base kind."""
        plan = self._plans.get(kind)
        if plan is None:
            return ()
        outcomes = (await self.map(kind, [record]))[0]
        return await trace(self._pool, plan.program, record, outcomes)

    async def _page(self, plan: Plan, page: Sequence[bytes], trouble: Trouble) -> list[Outcomes]:
        banned = dict(trouble.banned)
        try:
            return await self._attempt(plan, page, banned, trouble)
        except (WorkerDied, ProgramFailed) as error:
            trouble.note(error)
            # One page searches at a time: the others profit from what it finds out.
            async with trouble.turn:
                return await self._search(plan, page, banned, error, trouble)

    async def _attempt(
        self, plan: Plan, page: Sequence[bytes], banned: dict[int, str], trouble: Trouble
    ) -> list[Outcomes]:
        if trouble.hopeless:
            return [_all_frozen(plan, trouble.reason)] * len(page)
        found = await self._run(plan.without(frozenset(banned)), page, trouble)
        return [_with_banned(plan, outcomes, banned) for outcomes in found] if banned else found

    async def _search(
        self,
        plan: Plan,
        page: Sequence[bytes],
        tried_without: dict[int, str],
        failure: WorkerDied | ProgramFailed,
        trouble: Trouble,
    ) -> list[Outcomes]:
        """The outcomes of a page that failed when the rows in `tried_without` had been left out."""
        if len(trouble.banned) > len(tried_without):
            return await self._part(plan, page, trouble)
        if len(page) == 1:
            return [await self._alone(plan, page[0], trouble)]
        start, found = 0, list[Outcomes]()
        if isinstance(failure, WorkerDied):
            # Where a row takes down every record, the first one shows it at once.
            start, found = 1, [await self._alone(plan, page[0], trouble)]
        middle = (start + len(page) + 1) // 2
        for part in (page[start:middle], page[middle:]):
            if part:
                found += await self._part(plan, part, trouble)
        return found

    async def _part(self, plan: Plan, page: Sequence[bytes], trouble: Trouble) -> list[Outcomes]:
        banned = dict(trouble.banned)
        try:
            return await self._attempt(plan, page, banned, trouble)
        except (WorkerDied, ProgramFailed) as error:
            trouble.note(error)
            return await self._search(plan, page, banned, error, trouble)

    async def _run(self, program: PageProgram, page: Sequence[bytes], trouble: Trouble) -> list[Outcomes]:
        """One request. An answer that cannot be read counts as a failed program."""
        if not program.rows and not program.derived:
            return [()] * len(page)
        data = b"[" + b",".join(page) + b"]"
        answer = await self._pool.run(program.text, data, paths=program.paths, seconds=trouble.seconds)
        try:
            found = orjson.loads(answer)
        except orjson.JSONDecodeError as error:
            raise ProgramFailed(f"the result cannot be read: {error}") from error
        if len(found) != len(page):
            raise ProgramFailed(f"{len(found)} results for {len(page)} records: not a JSON text each")
        try:
            return [record_outcomes(program, parts) for parts in found]
        except Misplaced as error:
            raise ProgramFailed(str(error)) from error

    async def _alone(self, plan: Plan, record: bytes, trouble: Trouble) -> Outcomes:
        """A record that fails by itself: each row runs alone, and those that fail are frozen."""
        found: list[RowOutcome] = []
        for at, row in enumerate(plan.program.all_rows()):
            if at in trouble.banned:
                found.append(frozen(row, trouble.banned[at]))
                continue
            if trouble.hopeless:
                found.append(frozen(row, trouble.reason))
                continue
            try:
                found += (await self._run(plan.only(at), [record], trouble))[0]
            except WorkerDied as error:
                trouble.blame(at, error)
                found.append(frozen(row, error.reason))
            except ProgramFailed as error:
                found.append(frozen(row, error.message))
        return tuple(found)


def _pages(inputs: Sequence[bytes], most: int) -> Iterator[Sequence[bytes]]:
    """Slices of at most `most` records and about 1 MB; one larger record is a page of its own."""
    start = size = 0
    for at, record in enumerate(inputs):
        if at > start and (at - start >= most or size + len(record) > PAGE_BYTES):
            yield inputs[start:at]
            start, size = at, 0
        size += len(record) + 1
    if start < len(inputs):
        yield inputs[start:]


def _all_frozen(plan: Plan, reason: str) -> Outcomes:
    return tuple(frozen(row, reason) for row in plan.program.all_rows())


def _with_banned(plan: Plan, outcomes: Outcomes, banned: dict[int, str]) -> Outcomes:
    """The outcomes of the other rows, with the banned ones frozen in their places."""
    rest = iter(outcomes)
    return tuple(
        frozen(row, banned[at]) if at in banned else next(rest)
        for at, row in enumerate(plan.program.all_rows())
    )
