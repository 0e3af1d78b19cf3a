"""Says of a catalog after a troubled sync what is wrong with it, and what the trouble excuses.

One thing is never excused: an entity that was there, that Azure DevOps still has, and that is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from azure_devops_sandbox import Organization, Permissions
from fault.proof import is_kept_without_proof
from fault.trouble import Kinds
from truth import Entities

Key = tuple[str, str]
Lines = Mapping[Key, Mapping[str, Any]]

KIND_OF = {
    "azureDevopsProject": "project",
    "azureDevopsRepository": "repository",
    "azureDevopsBoard": "board",
    "azureDevopsColumn": "board",
    "azureDevopsWorkItem": "work-item",
    "azureDevopsRelease": "release",
    "azureDevopsReleaseDefinition": "release-definition",
    "azureDevopsReleaseDeployment": "release-deployment",
    "azureDevopsUser": "user",
    "azureDevopsTeam": "team",
    "azureDevopsGroup": "group",
    "azureDevopsGroupMember": "group-member",
    "azureDevopsIteration": "iteration",
    "azureDevopsAreaPath": "area-path",
    "azureDevopsPullRequest": "pull-request",
    "azureDevopsBranch": "branch",
    "azureDevopsFile": "file",
    "azureDevopsFolder": "folder",
    "azureDevopsPipeline": "pipeline",
    "azureDevopsBuild": "build",
    "azureDevopsPipelineStage": "pipeline-stage",
    "azureDevopsPipelineRun": "pipeline-run",
    "azureDevopsEnvironment": "environment",
}
BELOW_REPOSITORIES = frozenset({"pull-request", "branch", "file", "folder"})
OF_PIPELINES = frozenset({"pipeline", "build", "pipeline-stage", "pipeline-run"})
BY_POLICY = frozenset({"properties.minimumApproverCount", "properties.workItemLinking"})
BY_FILE = frozenset({"properties.readme", "properties.codeowners"})


def wrong_deletes(before: Iterable[Key], after: Iterable[Key], truth: Entities) -> list[Key]:
    """Entities that were there, still should be, and are gone."""
    return sorted((set(before) - set(after)) & truth.keys())


class Excuses:
    """What a catalog may get wrong after a sync, and why; everything else must be as the truth has it."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._kinds: set[str] = set()
        self._records: set[tuple[str, str]] = set()
        self._projects: set[str] = set()
        self._fields: dict[str, frozenset[str]] = {}
        self._old_builds = False

    def incremental(self) -> None:
        """What an incremental sync does not look at: what takes a request for each object, old releases and builds,
        and files, columns, members and names that change unsaid."""
        self._kinds |= {"board", "release", "release-deployment", "iteration", "group-member"}
        self._old_builds = True
        self._fields["azureDevopsBuild"] = frozenset({"properties.definitionName"})
        self._fields["azureDevopsPipelineRun"] = frozenset({"properties.pipelineName"})
        self._fields["azureDevopsRepository"] = BY_FILE
        self._fields["azureDevopsTeam"] = frozenset({"properties.areas", "relations.members"})
        self._fields["azureDevopsWorkItem"] = frozenset({"relations.column"})

    def kinds(self, touched: Kinds) -> None:
        """Entities of these kinds may be as they were."""
        self._kinds |= touched

    def hidden(self, permissions: Permissions) -> None:
        """What the identity could not see, or could not see the tombstones of."""
        organization = self._organization
        self._projects |= permissions.hidden_projects | permissions.forbidden_projects
        self._records |= {("repository", key) for key in permissions.hidden_repositories}
        for item in organization.work_items.values():
            path = f"{item.fields['System.AreaPath']}\\"
            if any(path.startswith(f"{area}\\") for area in permissions.hidden_areas):
                self._records.add(("work-item", str(item.id)))
            if item.project in self._projects:
                self._records.add(("work-item", str(item.id)))
        for release in organization.releases.values():
            if release.definition in permissions.hidden_definitions:
                self._records.add(("release", str(release.id)))
        for repository in organization.repositories.values():
            if repository.project in self._projects:
                self._records.add(("repository", repository.id))
        for hidden, kinds in (
            (permissions.hidden_teams, {"board", "team", "iteration", "group", "group-member"}),
            (permissions.hidden_areas, {"area-path", "team"}),
            (permissions.hidden_definitions, {"release-definition", "release-deployment"}),
            (permissions.hidden_pipelines, OF_PIPELINES),
            (self._projects, {"group", "group-member", "area-path"}),
        ):
            if hidden:
                self._kinds |= kinds

    def problems(self, before: Lines, after: Lines, truth: Entities) -> dict[Key, str]:
        """What differs from the truth without an excuse."""
        found, lines = {}, {**after, **before}
        for key in sorted(lines.keys() | truth.keys()):
            if self._excused(key, lines, truth):
                continue
            expected = truth[key].line(key) if key in truth else None
            skipped = self._skipped(key)
            one, other = _plain(expected, skipped), _plain(after.get(key), skipped)
            if one != other:
                found[key] = _told(one, other)
        return found

    def _excused(self, key: Key, lines: Lines, truth: Entities) -> bool:
        blueprint, identifier = key
        kind = KIND_OF[blueprint]
        line = lines.get(key)
        if kind in self._kinds or (line and is_kept_without_proof(self._organization, key, lines, truth)):
            return True
        if (kind, identifier.rpartition("/")[2]) in self._records:
            return True
        if kind in BELOW_REPOSITORIES and ("repository", identifier.partition("/")[0]) in self._records:
            return True
        if self._old_builds and kind in OF_PIPELINES - {"pipeline"} and self._is_unsaid(kind, identifier):
            return True
        project = line["relations"].get("project") if line else None
        parts = set(identifier.split("/")) | ({project} if isinstance(project, str) else set())
        return bool(parts & self._projects)

    def _is_unsaid(self, kind: str, identifier: str) -> bool:
        """Whether a build was deleted: no list of changes tells that."""
        _, first, *rest = identifier.split("/")
        build = self._organization.builds.get(int(rest[0] if kind == "pipeline-run" else first))
        return build is None or build.deleted is not None

    def _skipped(self, key: Key) -> frozenset[str]:
        skipped = self._fields.get(key[0], frozenset())
        repository = self._organization.repositories.get(key[1])
        # Whether a policy still holds cannot be looked up in a disabled repository: what was known of it stays.
        if "policy" in self._kinds or (repository is not None and repository.disabled):
            skipped |= BY_POLICY
        return skipped


def _plain(line: Mapping[str, Any] | None, skipped: frozenset[str]) -> dict[str, Any] | None:
    """The line flat, without the skipped fields."""
    if line is None:
        return None
    flat: dict[str, Any] = {}
    for name, value in line.items():
        if isinstance(value, Mapping):
            flat.update({f"{name}.{inner}": one for inner, one in value.items()})
        else:
            flat[name] = value
    return {name: value for name, value in flat.items() if name not in skipped}


def _told(expected: Mapping[str, Any] | None, got: Mapping[str, Any] | None) -> str:
    if expected is None:
        return "should not be there"
    if got is None:
        return "is missing"
    names = sorted(name for name in expected.keys() | got.keys() if expected.get(name) != got.get(name))
    return "; ".join(f"{name}: expected {expected.get(name)!r}, got {got.get(name)!r}" for name in names)
