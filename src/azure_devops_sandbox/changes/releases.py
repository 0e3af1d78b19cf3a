"""Changes to classic releases."""

from __future__ import annotations

from azure_devops_sandbox.state.records import Deployment, Release, ReleaseDefinition

from .base import ChangeGroup


class ReleaseChanges(ChangeGroup):
    """Verbs over release definitions, releases and deployments."""

    def create_release_definition(
        self, project: str, name: str, environments: tuple[str, ...] | list[str] = ("Dev", "Prod")
    ) -> ReleaseDefinition:
        """Create a release definition."""
        organization, now = self.organization, self.organization.clock.now()
        definition = ReleaseDefinition(
            id=organization.next_number("release definition"),
            name=name,
            project=self._project(project).id,
            path="\\",
            revision=1,
            environments=tuple(environments),
            created=now,
            created_by=organization.owner,
            modified=now,
            modified_by=organization.owner,
        )
        organization.release_definitions[definition.id] = definition
        organization.touch(definition)
        return definition

    def rename_release_definition(self, definition: int, name: str) -> ReleaseDefinition:
        """Rename a release definition."""
        found = self.organization.release_definitions[definition]
        found.name = name
        found.revision += 1
        found.modified = self.organization.clock.now()
        self.organization.touch(found)
        return found

    def delete_release_definition(self, definition: int) -> ReleaseDefinition:
        """Delete a release definition; its releases stay."""
        found = self.organization.release_definitions[definition]
        found.deleted = True
        self.organization.touch(found)
        return found

    def create_release(
        self,
        definition: int,
        status: str = "active",
        description: str = "",
        tags: tuple[str, ...] | list[str] = (),
    ) -> Release:
        """Create a release of a definition."""
        organization, now = self.organization, self.organization.clock.now()
        found = organization.release_definitions[definition]
        number = organization.next_number("release")
        release = Release(
            id=number,
            name=f"Release-{number}",
            project=found.project,
            definition=found.id,
            status=status,
            reason="manual",
            created=now,
            created_by=organization.owner,
            modified=now,
            modified_by=organization.owner,
            description=description,
            branch="refs/heads/main",
            tags=tuple(tags),
            environment_statuses=("notStarted",) * len(found.environments),
        )
        organization.releases[release.id] = release
        organization.touch(release)
        return release

    def change_release(
        self, release: int, status: str | None = None, name: str | None = None, tags: list[str] | None = None
    ) -> Release:
        """Change status, name or tags of a release; `createdOn` stays."""
        found = self.organization.releases[release]
        found.status = status or found.status
        found.name = name or found.name
        found.tags = found.tags if tags is None else tuple(tags)
        found.modified = self.organization.clock.now()
        found.modified_by = self.organization.owner
        self.organization.touch(found)
        return found

    def delete_release(self, release: int) -> Release:
        """Delete a release; it stays as a tombstone that `isDeleted=true` lists."""
        found = self.organization.releases[release]
        found.deleted = True
        found.modified = self.organization.clock.now()
        self.organization.touch(found)
        return found

    def restore_release(self, release: int) -> Release:
        """Bring a deleted release back."""
        found = self.organization.releases[release]
        found.deleted = False
        self.organization.touch(found)
        return found

    def deploy_release(self, release: int, environment: int = 0, status: str = "succeeded") -> Deployment:
        """Deploy a release to the environment at this place."""
        organization, found = self.organization, self.organization.releases[release]
        now = organization.clock.now()
        earlier = [
            one
            for one in organization.deployments.values()
            if (one.release, one.environment) == (release, environment)
        ]
        deployment = Deployment(
            id=organization.next_number("deployment"),
            release=release,
            project=found.project,
            environment=environment,
            attempt=len(earlier) + 1,
            status=status,
            operation="PhaseSucceeded" if status == "succeeded" else "PhaseFailed",
            reason="manual",
            queued=now,
            started=now,
            completed=now,
            modified=now,
            requested_by=organization.owner,
        )
        organization.deployments[deployment.id] = deployment
        states = list(found.environment_statuses)
        states[environment] = "succeeded" if status == "succeeded" else "rejected"
        found.environment_statuses = tuple(states)
        organization.touch(deployment, found)
        return deployment
