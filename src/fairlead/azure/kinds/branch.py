"""`branch`: every branch of a repository, as Port's integration shapes it."""

from __future__ import annotations

import msgspec

from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.model.kinds import KindSpec, Listing, Route
from fairlead.model.records import Reference
from fairlead.model.source import Parents

HEADS = "refs/heads/"


class _Ref(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    object_id: str


class _Branch(msgspec.Struct, frozen=True, rename="camel"):
    """The record: neither who made the branch nor any link is part of it."""

    name: str
    ref_name: str
    object_id: str


def _drafts(raw: bytes, scope: str, _parents: Parents) -> tuple[Draft, ...]:
    ref = decode(raw, _Ref, "a branch")
    name = ref.name.removeprefix(HEADS)
    body = msgspec.json.encode(_Branch(name, ref.name, ref.object_id))
    return (Draft(f"{scope}/{name}", scope, body, None, (Reference("__repository", "repository", scope),)),)


def _locate(key: str, parent: str, parents: Parents) -> Fill | None:
    repository = parents.get("repository", {}).get(parent)
    if repository is None:
        return None
    return {"project": repository.parent, "repository": parent, "name": key.removeprefix(f"{parent}/")}


_REPOSITORY = "_apis/git/repositories/{repository}"

KIND = Kind(
    KindSpec(
        kind="branch",
        parent="repository",
        listings=(
            Listing(
                Route(f"{_REPOSITORY}/refs?filter=heads/", "7.1"),
                per="repository",
                paging="token",
                size=1000,
            ),
        ),
        read=Route(f"{_REPOSITORY}/stats/branches", "7.1"),
        scope="vso.code",
        probe=Route("_apis/git/repositories", "7.1"),
        hooks=("git.push",),
        cost="per parent",
    ),
    _drafts,
    _locate,
)
