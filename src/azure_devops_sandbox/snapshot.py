"""The state as plain JSON, for tests that compare a catalog with the truth."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .formats import date3
from .state.organization import Organization
from .state.people import User
from .state.planning import Node
from .state.pull_requests import PullRequest, Reviewer
from .state.records import Identity, Repository


def state_of(organization: Organization) -> dict[str, Any]:
    """Return everything in the organization as plain values."""
    return {
        "organization": {"name": organization.name, "instanceId": organization.instance_id},
        "version": organization.version,
        "now": date3(organization.clock.now()),
        "projects": [_plain(one) for one in organization.projects.values()],
        "teams": [_plain(one) for one in organization.teams.values()],
        "repositories": [_plain(one) for one in organization.repositories.values()],
        "policies": [_plain(one) for one in organization.policies.values()],
        "pullRequests": [_plain(one) for one in organization.pull_requests.values()],
        "workItems": [_plain(one) for one in organization.work_items.values()],
        "destroyedWorkItems": sorted(organization.destroyed_work_items),
        "boards": [_plain(one) for one in organization.boards.values()],
        "releaseDefinitions": [_plain(one) for one in organization.release_definitions.values()],
        "releases": [_plain(one) for one in organization.releases.values()],
        "definitions": [_plain(one) for one in organization.definitions.values()],
        "builds": [_plain(one) for one in organization.builds.values()],
        "environments": [_plain(one) for one in organization.environments.values()],
        "environmentDeployments": [_plain(one) for one in organization.environment_deployments.values()],
        "users": [_plain(one) for one in organization.users.values()],
        "groups": [_plain(one) for one in organization.groups.values()],
        "nodes": [_plain(one) for one in organization.nodes.values()],
        "plans": [_plain(one) for one in organization.plans.values()],
        "deployments": [_plain(one) for one in organization.deployments.values()],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, Identity):
        return _object(value)
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, datetime):
        return date3(value)
    if isinstance(value, Identity):
        return value.unique_name
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value


def _object(value: Any) -> dict[str, Any]:
    skipped = {"cache", "trees", "snapshots", "clone", "base", "fork", "subject"}
    if isinstance(value, Node):
        skipped |= {"children", "parent"}
    found = {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__ if name not in skipped}
    if isinstance(value, User):
        found.update(id=value.id, displayName=value.identity.display_name, descriptor=value.descriptor)
    if isinstance(value, Node):
        found.update(path=value.path, parent=value.parent.id if value.parent else None)
    if isinstance(value, PullRequest):
        found["fork"] = value.fork.id if value.fork is not None else None
    if isinstance(value, Reviewer):
        found["id"] = value.id
    if isinstance(value, Repository):
        shown = value.trees.get(value.default_branch or "", {}) if value.clone is None else {}
        found["files"] = _plain(shown)
    return found
