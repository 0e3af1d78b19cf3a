"""`build`: every build of a project, with its first commit where a row asks for it; and `pipeline-stage`, derived."""

from __future__ import annotations

from datetime import datetime

import msgspec

from fairlead.azure.http.calls import Query
from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.azure.kinds.moments import days_back, instant, written
from fairlead.model.kinds import Derivation, FetchSpec, KindSpec, Listing, Route
from fairlead.model.records import Reference
from fairlead.model.source import Parents

BUILDS = Route("{project}/_apis/build/builds", "7.1")
TIMELINE = Route("{project}/_apis/build/builds/{id}/timeline", "7.1")

PAGE = 500
"""Builds of a page: one is about 8 kB, and the pages of many projects are in work at a time."""

BATCH = 100
"""Builds asked for at a time: their ids must fit into a URL."""

STAGES = "stages"
"""The option that `pipeline-stage` asks of this kind."""


class _Definition(msgspec.Struct, frozen=True):
    id: int


class _Head(msgspec.Struct, frozen=True, rename="camel"):
    id: int
    status: str = ""
    queue_time: str | None = None
    finish_time: str | None = None
    definition: _Definition | None = None

    @property
    def completed(self) -> bool:
        """Whether it has come to its end. A stage that is run again takes it back, and moves its finish time."""
        return self.status.lower() == "completed"


def build_head(raw: bytes) -> _Head:
    """The part of a build that is looked at."""
    return decode(raw, _Head, "a build")


def _drafts(raw: bytes, scope: str, _parents: Parents) -> tuple[Draft, ...]:
    """The project is part of the key: nothing promises that two projects never have a build of the same id."""
    references = (
        Reference("__projectId", "project", scope, whole=False),
        Reference("__project", "project", scope),
    )
    return (Draft(f"{scope}/{build_head(raw).id}", scope, raw, None, references),)


def _locate(key: str, parent: str, _parents: Parents) -> Fill:
    return {"project": parent, "id": build_id(key)}


def build_id(key: str) -> str:
    """The service's id, which is the key's last part."""
    return key.rpartition("/")[2]


def earliest(fetch: FetchSpec) -> datetime | None:
    """Builds queued from here on are inside the window. None: all are, because a row does not bound them."""
    days = fetch.option("minTimeInDays")
    numbers = [one for one in days if isinstance(one, int)] if isinstance(days, tuple) else []
    if not isinstance(days, tuple) or len(numbers) < len(days):
        return None
    return days_back(fetch, max(numbers))


def _query(fetch: FetchSpec, _part: str) -> Query:
    """Ascending by the time of queuing: what is queued meanwhile comes at the end, and nothing shifts."""
    start = earliest(fetch)
    bound = (("minTime", written(start)),) if start else ()
    return (("queryOrder", "queueTimeAscending"), *bound)


def fits(fetch: FetchSpec, raw: bytes) -> bool:
    """Whether a build lies inside the window. One that does not say when it was queued does."""
    start = earliest(fetch)
    if start is None:
        return True
    queued = instant(build_head(raw).queue_time or "")
    return queued is None or queued >= start


def wants_first_commit(fetch: FetchSpec) -> bool:
    """Whether a row asks for `__firstCommit`."""
    return fetch.option("enrichWithFirstCommit") is True


def wants_stages(fetch: FetchSpec) -> bool:
    """Whether stages are mapped."""
    return fetch.option(STAGES) is True


def _wants_detail(fetch: FetchSpec) -> bool:
    return wants_first_commit(fetch) or wants_stages(fetch)


KIND = Kind(
    KindSpec(
        kind="build",
        parent="project",
        listings=(Listing(BUILDS, per="project", paging="token", size=PAGE),),
        read=BUILDS,
        read_batch=BATCH,
        detail=TIMELINE,
        options=("enrichWithFirstCommit", "minTimeInDays"),
        membership="window",
        tombstone=BUILDS,
        changes="changed-since",
        settles=True,
        scope="vso.build",
        probe=Route("{project}/_apis/build/builds?$top=1", "7.1"),
        hooks=(
            "build.complete",
            "ms.vss-pipelines.run-state-changed-event",
            "ms.vss-pipelines.stage-state-changed-event",
        ),
        cost="per parent",
    ),
    _drafts,
    _locate,
    detail="own",
    wants_detail=_wants_detail,
    query=_query,
    fits=fits,
)

STAGE = Derivation(
    kind="pipeline-stage",
    base="build",
    items=(
        'if has("__stages") then . else error(.__stagesFailure // "its timeline was not read") end'
        " | del(.__stages) as $build | .__stages[] | . + {__project: $build.__project, __build: $build}"
    ),
    key=".id | tostring",
    needs=((STAGES, True),),
)
"""One record per stage of a build's timeline. Where that could not be read, what is known of the stages stays."""
