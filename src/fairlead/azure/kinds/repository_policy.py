"""`repository-policy`: a branch policy as it applies to one repository's default branch.

The service keeps configurations per project. One walk of a project's configurations is laid over its repositories:
each pair that fits is a record, keyed `{repositoryId}/{configurationId}`, with the repository as its parent.
"""

from __future__ import annotations

import msgspec

from fairlead.azure.http.envelope import decode
from fairlead.azure.kinds.definition import Draft, Fill, Kind
from fairlead.azure.kinds.parents import RepositoryHead, healthy_repositories
from fairlead.model.kinds import KindSpec, Listing, Route
from fairlead.model.records import Reference
from fairlead.model.source import Parents


class Scope(msgspec.Struct, frozen=True, rename="camel"):
    """One entry of `settings.scope`: `repositoryId` null means every repository of the project."""

    repository_id: str | None = None
    ref_name: str | None = None
    match_kind: str | None = None

    def matches(self, repository: RepositoryHead) -> bool:
        """Whether the entry covers the repository's default branch. Of a repository without one only the
        repository is compared, as Port's integration asks the service then."""
        if self.repository_id and self.repository_id.lower() != repository.id.lower():
            return False
        branch, kind = repository.default_branch, (self.match_kind or "exact").lower()
        if kind == "defaultbranch" or not self.ref_name or not branch:
            return True
        return branch.startswith(self.ref_name) if kind == "prefix" else branch == self.ref_name


class _Settings(msgspec.Struct, frozen=True):
    scope: list[Scope] | None = None


class _Head(msgspec.Struct, frozen=True, rename="camel"):
    id: int
    settings: msgspec.Raw = msgspec.Raw(b"{}")
    revision: int | None = None
    is_deleted: bool | None = None


def _scopes(settings: msgspec.Raw) -> list[Scope]:
    """Extensions bring policies of their own, whose settings may have any shape: those cover no repository."""
    try:
        return msgspec.json.decode(settings, type=_Settings).scope or []
    except msgspec.ValidationError:
        return []


def _drafts(raw: bytes, scope: str, parents: Parents) -> tuple[Draft, ...]:
    head = decode(raw, _Head, "a policy configuration")
    if head.is_deleted:
        return ()
    scopes = _scopes(head.settings)
    return tuple(
        Draft(
            f"{record.key}/{head.id}",
            record.key,
            raw,
            head.revision,
            (Reference("__repository", "repository", record.key),),
        )
        for record, repository in (healthy_repositories(parents, scope) if scopes else ())
        if any(entry.matches(repository) for entry in scopes)
    )


def _locate(key: str, parent: str, parents: Parents) -> Fill | None:
    repository = parents.get("repository", {}).get(parent)
    return {"project": repository.parent, "id": key.rpartition("/")[2]} if repository else None


KIND = Kind(
    KindSpec(
        kind="repository-policy",
        parent="repository",
        listings=(
            Listing(
                Route("{project}/_apis/policy/configurations", "7.1"),
                per="project",
                paging="token",
                size=1000,
            ),
        ),
        read=Route("{project}/_apis/policy/configurations/{id}", "7.1"),
        read_batch=100,
        version_field="revision",
        scope="vso.code",
        probe=Route("{project}/_apis/policy/configurations?$top=1", "7.1"),
        cost="per parent",
    ),
    _drafts,
    _locate,
)
