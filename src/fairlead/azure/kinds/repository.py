"""`repository`: every Git repository, disabled ones too, with the text of chosen files of its default branch."""

from __future__ import annotations

from fairlead.azure.http.envelope import without
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.azure.kinds.parents import repository_head
from fairlead.model.kinds import FetchSpec, KindSpec, Listing, Route
from fairlead.model.source import Parents

_ONLY_IN_DETAIL = frozenset({"_links", "parentRepository"})


def _drafts(raw: bytes, _scope: str, _parents: Parents) -> tuple[Draft, ...]:
    """The record embeds its `project`, so nothing is spliced in."""
    head = repository_head(raw)
    return (Draft(head.id.lower(), head.project.id.lower(), raw),)


def _locate(key: str, _parent: str, _parents: Parents) -> Fill:
    return {"id": key}


def _as_listed(_fetch: FetchSpec, body: bytes) -> bytes:
    return without(body, _ONLY_IN_DETAIL, "a repository")


def included_paths(fetch: FetchSpec) -> tuple[str, ...]:
    """The paths of `includedFiles`, as the rows spell them, without repeats."""
    value = fetch.option("includedFiles")
    paths = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    return tuple(dict.fromkeys(path for path in paths if isinstance(path, str) and path))


def _wants_files(fetch: FetchSpec) -> bool:
    return bool(included_paths(fetch))


KIND = Kind(
    KindSpec(
        kind="repository",
        parent="project",
        listings=(
            Listing(Route("_apis/git/repositories", "7.1"), per="", paging="single"),
            Listing(Route("{project}/_apis/git/repositories", "7.1"), per="project", paging="single"),
        ),
        read=Route("_apis/git/repositories/{id}", "7.1"),
        detail=Route("_apis/git/repositories/{id}/items", "7.1"),
        options=("includedFiles",),
        tombstone=Route("{project}/_apis/git/recycleBin/repositories", "7.1"),
        scope="vso.code",
        probe=Route("_apis/git/repositories", "7.1"),
        hooks=(
            "git.push",
            "git.repo.created",
            "git.repo.deleted",
            "git.repo.renamed",
            "git.repo.statuschanged",
        ),
        moves=True,
        cost="organization",
    ),
    _drafts,
    _locate,
    detail="own",
    wants_detail=_wants_files,
    as_listed=_as_listed,
    # A disabled repository is listed, but answers TF401019 to everything else.
    relist=True,
)
