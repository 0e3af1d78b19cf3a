"""Changes to pipelines (build definitions) and environments."""

from __future__ import annotations

from azure_devops_sandbox.state.pipelines import Definition, Environment, Stage
from azure_devops_sandbox.state.stages import WHOLE

from .base import ChangeGroup


class PipelineChanges(ChangeGroup):
    """Verbs over pipelines and environments, which are named by number."""

    def create_pipeline(
        self,
        project: str,
        name: str,
        repository: str | None = None,
        stages: dict[str, str | None] | None = None,
        folder: str = "\\",
        yaml: str | None = "/azure-pipelines.yml",
    ) -> Definition:
        """Create a pipeline over a repository (default: the first of the project; `owner/name` is one at GitHub).

        `stages` names stages in order, each with the environment it deploys to or None; an environment that is
        missing is created. Without stages there is one, as in a file that names none.
        """
        organization, home = self.organization, self._project(project)
        source, shown = self._source(home.id, repository)
        planned = tuple(Stage(stage, environment) for stage, environment in (stages or {}).items()) or WHOLE
        taken = {one.name for one in organization.of_project(organization.environments, home.id)}
        for one in sorted({stage.environment for stage in planned if stage.environment} - taken):
            self.create_environment(home.id, one)
        definition = Definition(
            id=organization.next_number("build definition"),
            name=name,
            project=home.id,
            folder=folder,
            revision=1,
            repository=source,
            repository_name=shown,
            yaml=yaml,
            stages=planned,
            created=organization.clock.now(),
            author=organization.owner,
        )
        organization.definitions[definition.id] = definition
        organization.touch(definition)
        return definition

    def _source(self, project: str, repository: str | None) -> tuple[str, str]:
        """Return id and name of the repository that a pipeline builds."""
        if repository is not None and "/" in repository:
            return repository, repository
        live = (
            one
            for one in self.organization.of_project(self.organization.repositories, project)
            if one.deleted is None
        )
        found = next(live, None) if repository is None else self._repository(repository)
        if found is None:
            raise LookupError(f"project {project!r} has no repository")
        return found.id, found.name

    def _definition(self, pipeline: int) -> Definition:
        found = self.organization.definitions.get(pipeline)
        if found is None or found.deleted:
            raise LookupError(f"no pipeline {pipeline}")
        return found

    def rename_pipeline(self, pipeline: int, name: str) -> Definition:
        """Rename a pipeline, which is a new revision."""
        found = self._definition(pipeline)
        found.name = name
        return self._new_revision(found)

    def enable_pipeline(self, pipeline: int, status: str = "enabled") -> Definition:
        """Set the queue status of a pipeline: `enabled`, `paused` or `disabled`."""
        found = self._definition(pipeline)
        found.queue_status = status
        return self._new_revision(found)

    def _new_revision(self, definition: Definition) -> Definition:
        definition.revision += 1
        definition.created = self.organization.clock.now()
        self.organization.touch(definition)
        return definition

    def delete_pipeline(self, pipeline: int) -> Definition:
        """Delete a pipeline and all its builds, which name it still."""
        found, organization = self._definition(pipeline), self.organization
        found.deleted = True
        for build in organization.builds.values():
            if build.definition == found.id and build.deleted is None:
                organization.changes.delete_build(build.id)
        organization.touch(found)
        return found

    def create_environment(self, project: str, name: str, description: str = "") -> Environment:
        """Create an environment."""
        organization, now = self.organization, self.organization.clock.now()
        environment = Environment(
            id=organization.next_number("environment"),
            name=name,
            project=self._project(project).id,
            description=description,
            created=now,
            created_by=organization.owner,
            modified=now,
            modified_by=organization.owner,
        )
        organization.environments[environment.id] = environment
        organization.touch(environment)
        return environment

    def rename_environment(self, environment: int, name: str) -> Environment:
        """Rename an environment; pipelines that name the old one deploy there no more."""
        found = self._environment(environment)
        found.name, found.modified = name, self.organization.clock.now()
        self.organization.touch(found)
        return found

    def delete_environment(self, environment: int) -> None:
        """Delete an environment with the records of its deployments."""
        organization, found = self.organization, self._environment(environment)
        del organization.environments[found.id]
        for key, one in list(organization.environment_deployments.items()):
            if one.environment == found.id:
                del organization.environment_deployments[key]
        organization.touch()

    def _environment(self, environment: int) -> Environment:
        if environment not in self.organization.environments:
            raise LookupError(f"no environment {environment}")
        return self.organization.environments[environment]
