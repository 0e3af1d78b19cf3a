"""The readers of kinds that differ from what `KindReader` does for most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fairlead.azure import included_files, releases, tombstones, work_items
from fairlead.azure.branches import BranchReader
from fairlead.azure.builds import BuildReader
from fairlead.azure.kind_reader import Keys, KindReader
from fairlead.azure.people import GroupMemberReader, UserReader
from fairlead.azure.pipelines import PipelineReader, PipelineRunReader
from fairlead.azure.planning import IterationReader, ListedReader, TeamReader
from fairlead.azure.pull_requests import PullRequestReader
from fairlead.azure.release_readers import ReleaseDefinitionReader, ReleaseDeploymentReader
from fairlead.azure.tree_readers import FileReader, FolderReader
from fairlead.model.kinds import FetchSpec
from fairlead.model.readings import Chain, Delta, Found, Item, Page
from fairlead.model.source import Number, Parents


class ProjectReader(KindReader):
    """Projects: deleted ones are listed."""

    async def removed(self, keys: Keys, _parents: Parents, number: Number) -> frozenset[str]:
        """Those that are deleted, or being deleted."""
        return await tombstones.removed_projects(self.hosts, keys, number)


class RepositoryReader(KindReader):
    """Repositories: with the text of chosen files, and a recycle bin."""

    async def complete(
        self, fetch: FetchSpec, items: Sequence[Item], parents: Parents, number: Number
    ) -> Found:
        """With their files."""
        return await included_files.complete(self.hosts, self.kind, fetch, items, parents, number)

    async def read(self, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """By id, with their files where the rows want them."""
        found = await super().read(fetch, keys, parents, number)
        return await included_files.added(self.hosts, self.kind, fetch, found, number)

    async def removed(self, keys: Keys, _parents: Parents, number: Number) -> frozenset[str]:
        """Those in a recycle bin, or in a list of deleted ones."""
        return await tombstones.removed_repositories(self.hosts, keys, number)


class WorkItemReader(KindReader):
    """Work items: ids by WIQL, bodies by batch, tombstones from the recycle bin, changes from the feed."""

    async def page(
        self, chain: Chain, fetch: FetchSpec, _parents: Parents, cursor: str | None, number: Number
    ) -> Page:
        """A range of ids."""
        return await work_items.page(self.hosts, chain, fetch, cursor, number)

    async def complete(
        self, fetch: FetchSpec, items: Sequence[Item], parents: Parents, number: Number
    ) -> Found:
        """By batch."""
        return await work_items.batch(self.hosts, fetch, [item.key for item in items], parents, number)

    async def read(self, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """By batch."""
        return await work_items.batch(self.hosts, fetch, [key for key, _ in keys], parents, number)

    async def removed(self, keys: Keys, _parents: Parents, number: Number) -> frozenset[str]:
        """Those in the recycle bin."""
        return await work_items.removed(self.hosts, keys, number)

    async def inside(self, fetch: FetchSpec, keys: Keys, number: Number) -> frozenset[str]:
        """Asked by the same WIQL with the ids added."""
        return await work_items.inside(self.hosts, fetch, [key for key, _ in keys], number)

    async def outside(self, fetch: FetchSpec, keys: Keys, number: Number) -> frozenset[str]:
        """Asked by the WIQL turned around."""
        return await work_items.outside(self.hosts, fetch, [key for key, _ in keys], number)

    async def delta(self, cursor: str, _parents: Parents, number: Number) -> Delta:
        """One answer of the reporting feed."""
        return await work_items.delta(self.hosts, cursor, number)

    def start_cursor(self, instant: float) -> str:
        """The feed from an instant."""
        return work_items.start_cursor(instant)


class ReleaseReader(KindReader):
    """Releases: by lists of ids, deleted ones by their flag, changes by creation and by deployments."""

    async def read(self, fetch: FetchSpec, keys: Keys, parents: Parents, number: Number) -> Found:
        """By lists of ids."""
        return await releases.read(self.hosts, fetch, keys, parents, number)

    async def removed(self, keys: Keys, _parents: Parents, number: Number) -> frozenset[str]:
        """Those in the list of deleted ones."""
        return await releases.removed(self.hosts, keys, number)

    async def inside(self, fetch: FetchSpec, keys: Keys, number: Number) -> frozenset[str]:
        """Asked with the rows' filters."""
        return await releases.inside(self.hosts, fetch, keys, number)

    async def outside(self, fetch: FetchSpec, keys: Keys, number: Number) -> frozenset[str]:
        """Read without the filters, and judged by what is seen."""
        return await releases.outside(self.hosts, fetch, keys, number)

    async def delta(self, cursor: str, parents: Parents, number: Number) -> Delta:
        """Created and deployed ones."""
        return await releases.delta(self.hosts, cursor, parents, number)

    def start_cursor(self, instant: float) -> str:
        """A time."""
        return releases.start_cursor(instant)


READERS: Mapping[str, type[KindReader]] = {
    "project": ProjectReader,
    "repository": RepositoryReader,
    "file": FileReader,
    "folder": FolderReader,
    "team": TeamReader,
    "iteration": IterationReader,
    "area-path": ListedReader,
    "group-member": GroupMemberReader,
    "user": UserReader,
    "pull-request": PullRequestReader,
    "branch": BranchReader,
    "pipeline": PipelineReader,
    "pipeline-run": PipelineRunReader,
    "build": BuildReader,
    "work-item": WorkItemReader,
    "release": ReleaseReader,
    "release-definition": ReleaseDefinitionReader,
    "release-deployment": ReleaseDeploymentReader,
}
"""By kind; a kind that is not here has a `KindReader`."""
