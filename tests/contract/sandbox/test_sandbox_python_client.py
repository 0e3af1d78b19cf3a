"""Microsoft's own Python client reads everything from the sandbox.

The client is old: importing it warns about `collections` and about naive UTC dates, which are its own matter
and are the only warnings let through here. It is synchronous and so runs in a thread.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from azure_devops_sandbox import Organization, Sandbox

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msrest"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:azure.devops"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:isodate"),
    pytest.mark.filterwarnings("ignore:pkg_resources is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:pkg_resources is deprecated:UserWarning"),
]


@pytest.fixture
def connection(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A connection of Microsoft's client with no cache of an earlier server and no proxy between."""
    monkeypatch.setenv("AZURE_DEVOPS_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "*")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", UserWarning)
        from azure.devops._file_cache import OPTIONS_CACHE
        from azure.devops.connection import Connection
        from msrest.authentication import BasicAuthentication
    monkeypatch.setattr(OPTIONS_CACHE, "file_name", str(tmp_path / "options.json"))
    monkeypatch.setattr(OPTIONS_CACHE, "data", {})
    return Connection(base_url=sandbox.url, creds=BasicAuthentication("", sandbox.pat))


async def _read(read: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(read)


async def test_projects_and_teams(connection: Any, organization: Organization) -> None:
    def read() -> Any:
        core = connection.clients_v7_1.get_core_client()
        projects = core.get_projects(top=100)
        return (
            projects,
            core.get_project(projects[0].id, include_capabilities=True),
            core.get_all_teams(top=500),
        )

    projects, single, teams = await _read(read)
    assert [one.name for one in projects] == [one.name for one in organization.live_projects()]
    assert single.capabilities["versioncontrol"]["sourceControlType"] in {"Git", "Tfvc"}
    assert single.default_team.id == organization.projects[projects[0].id].default_team
    assert {one.id for one in teams} == set(organization.teams)


async def test_repositories_files_and_refs(connection: Any, organization: Organization) -> None:
    live = [one for one in organization.repositories.values() if one.deleted is None]
    full = next(one for one in live if one.default_branch and not one.disabled)

    def read() -> Any:
        git = connection.clients_v7_1.get_git_client()
        content = b"".join(git.get_item_content(full.id, path="/src/main.py"))
        item = git.get_item(full.id, path="/src/main.py", include_content=True)
        items = git.get_items(full.id, scope_path="/", recursion_level="full")
        return git.get_repositories(), content, item, items, git.get_refs(full.id, filter="heads/")

    repositories, content, item, items, refs = await _read(read)
    assert {one.id for one in repositories} == {one.id for one in live}
    assert content == full.trees[full.default_branch or ""]["/src/main.py"]
    assert item.content == content.decode()
    assert set(full.trees[full.default_branch or ""]) <= {one.path for one in items}
    assert {one.name for one in refs} == set(full.heads)


async def test_pull_requests(connection: Any, organization: Organization) -> None:
    readable = {one.id for one in organization.repositories.values() if not one.disabled and not one.deleted}
    every = [one for one in organization.pull_requests.values() if one.repository in readable]
    first = next(one for one in every if one.work_items)
    project = organization.repositories[first.repository].project

    def read() -> Any:
        from azure.devops.v7_1.git.models import GitPullRequestSearchCriteria

        git = connection.clients_v7_1.get_git_client()
        anything = GitPullRequestSearchCriteria(status="all")
        return (
            git.get_pull_requests_by_project(project, anything, top=1_000),
            git.get_pull_requests(first.repository, anything, top=1_000),
            git.get_pull_request(first.repository, first.id, include_work_item_refs=True),
            git.get_pull_request_by_id(first.id),
        )

    of_project, of_repository, single, by_id = await _read(read)
    hosts = organization.repositories
    assert {one.pull_request_id for one in of_project} == {
        one.id for one in every if hosts[one.repository].project == project
    }
    assert {one.pull_request_id for one in of_repository} == {
        one.id for one in every if one.repository == first.repository
    }
    assert [int(one.id) for one in single.work_item_refs] == list(first.work_items)
    assert (single.title, by_id.description) == (first.title, first.description)
    assert [one.vote for one in by_id.reviewers] == [one.vote for one in first.reviewers]


async def test_policies(connection: Any, organization: Organization) -> None:
    project = next(
        one for one in organization.live_projects() if organization.of_project(organization.policies, one.id)
    )

    def read() -> Any:
        policy, git = connection.clients_v7_1.get_policy_client(), connection.clients_v7_1.get_git_client()
        return policy.get_policy_configurations(project.id), git.get_policy_configurations(project.id)

    configurations, effective = await _read(read)
    wanted = {one.id for one in organization.of_project(organization.policies, project.id)}
    assert {one.id for one in configurations} == wanted
    assert {one.id for one in effective.policy_configurations} == wanted


async def test_work_items_except_the_feed_whose_rows_the_client_drops(
    connection: Any, organization: Organization
) -> None:
    live = [one.id for one in organization.work_items.values() if one.deleted is None]

    def read() -> Any:
        from azure.devops.v7_1.work_item_tracking.models import Wiql, WorkItemBatchGetRequest

        client = connection.clients_v7_1.get_work_item_tracking_client()
        found = client.query_by_wiql(
            Wiql(query="SELECT [System.Id] FROM WorkItems ORDER BY [System.Id]"), top=19_999
        )
        request = WorkItemBatchGetRequest(ids=live[:200], expand="all")
        bin_ = client.get_deleted_work_item_shallow_references()
        return found, client.get_work_items_batch(request), client.get_work_item(live[0]), bin_

    found, batch, single, thrown = await _read(read)
    assert [one.id for one in found.work_items] == live
    assert [one.id for one in batch] == live[:200]
    assert single.fields["System.Title"] == organization.work_items[live[0]].fields["System.Title"]
    assert {one.id for one in thrown} == set(organization.work_items) - set(live)


async def test_boards(connection: Any, organization: Organization) -> None:
    board = next(iter(organization.boards.values()))

    def read() -> Any:
        from azure.devops.v7_1.work.models import TeamContext

        client = connection.clients_v7_1.get_work_client()
        context = TeamContext(project_id=board.project, team_id=board.team)
        return client.get_boards(context), client.get_board(context, board.id)

    boards, single = await _read(read)
    assert board.id in {one.id for one in boards}
    assert [one.name for one in single.columns] == [one.name for one in board.columns]


async def test_users_groups_and_memberships(connection: Any, organization: Organization) -> None:
    group = next(one for one in organization.groups.values() if one.members)

    def read() -> Any:
        from azure.devops.v7_1.graph.models import GraphSubjectLookup, GraphSubjectLookupKey

        graph = connection.clients_v7_1.get_graph_client()
        down = graph.list_memberships(group.descriptor, direction="down")
        keys = [GraphSubjectLookupKey(descriptor=one.member_descriptor) for one in down]
        found = graph.lookup_subjects(GraphSubjectLookup(lookup_keys=keys))
        identities = connection.clients_v7_1.get_identity_client()
        [older] = identities.read_identities(subject_descriptors=group.descriptor, query_membership="direct")
        return graph.list_users(), graph.list_groups(), found, graph.get_descriptor(group.id), older

    users, groups, found, descriptor, older = await _read(read)
    assert older.member_ids == group.members
    assert {one.descriptor for one in users.graph_users} == {
        one.descriptor for one in organization.users.values()
    }
    assert group.descriptor in {one.descriptor for one in groups.graph_groups}
    assert len(found) == len(group.members)
    assert descriptor.value == group.descriptor


async def test_entitlements_and_members_of_teams(connection: Any, organization: Organization) -> None:
    team = next(iter(organization.teams.values()))
    user = next(iter(organization.users.values()))

    def read() -> Any:
        client = connection.clients_v7_1.get_member_entitlement_management_client()
        core = connection.clients_v7_1.get_core_client()
        members = core.get_team_members_with_extended_properties(team.project, team.id, top=100)
        return client.get_user_entitlement(user.id), members

    entitlement, members = await _read(read)
    assert entitlement.user.mail_address == user.mail
    assert set(team.members) & set(organization.users) <= {one.identity.id for one in members}
    assert team.admins == {one.identity.id for one in members if one.is_team_admin}


async def test_areas_and_iterations(connection: Any, organization: Organization) -> None:
    plan = next(iter(organization.plans.values()))

    def read() -> Any:
        from azure.devops.v7_1.work.models import TeamContext

        tracking = connection.clients_v7_1.get_work_item_tracking_client()
        work = connection.clients_v7_1.get_work_client()
        context = TeamContext(project_id=plan.project, team_id=plan.team)
        return (
            tracking.get_root_nodes(plan.project, depth=1),
            tracking.get_classification_node(plan.project, "iterations", "Sprint 2"),
            work.get_team_field_values(context),
            work.get_team_iterations(context),
        )

    roots, sprint, values, iterations = await _read(read)
    assert [one.structure_type for one in roots] == ["area", "iteration"]
    project = organization.projects[plan.project].name
    assert sprint.path == f"\\{project}\\Iteration\\Sprint 2"
    assert values.default_value == organization.nodes[next(iter(plan.areas))].path
    assert [one.id for one in iterations] == [organization.nodes[one].identifier for one in plan.iterations]


async def test_releases(connection: Any, organization: Organization) -> None:
    release = next(one for one in reversed(organization.releases.values()) if not one.deleted)

    def read() -> Any:
        client = connection.clients_v7_1.get_release_client()
        definitions = client.get_release_definitions(release.project)
        return client.get_releases(top=100), definitions, client.get_deployments(release.project)

    releases, definitions, deployments = await _read(read)
    live = {one.id for one in organization.releases.values() if not one.deleted}
    assert {one.id for one in releases} == live
    assert release.definition in {one.id for one in definitions}
    assert all(one.project_reference.id == release.project for one in deployments)


async def test_pipelines_builds_and_environments(connection: Any, organization: Organization) -> None:
    build = next(
        one
        for one in organization.builds.values()
        if one.result == "succeeded" and one.deleted is None and one.stages[-1].environment
    )
    deployment = organization.environment_deployments[build.id, build.stages[-1].name, 1]

    def read() -> Any:
        builds, p = connection.clients_v7_1.get_build_client(), build.project
        pipelines = connection.clients_v7_1.get_pipelines_client()
        tasks = connection.clients_v7_1.get_task_agent_client()
        runs = pipelines.get_run(p, build.definition, build.id), pipelines.list_runs(p, build.definition)
        return (
            builds.get_builds(p, query_order="finishTimeAscending", status_filter="completed", top=5000),
            builds.get_definition(p, build.definition),
            builds.get_build_timeline(p, build.id),
            (builds.get_build(p, build.id), *runs),
            (pipelines.list_pipelines(p), pipelines.get_pipeline(p, build.definition)),
            tasks.get_environment_deployment_execution_records(p, deployment.environment, top=1000),
        )

    listed, definition, timeline, (single, run, runs), (pipelines, pipeline), records = await _read(read)
    mine = organization.of_project(organization.builds, build.project)
    done = [one for one in mine if one.finished and one.deleted is None]
    assert [one.id for one in listed] == [one.id for one in sorted(done, key=lambda one: str(one.finished))]
    assert definition.name == pipeline.name == organization.definitions[build.definition].name
    assert (single.build_number, single.finish_time) == (run.name, run.finished_date)
    assert build.id in {one.id for one in runs}
    assert {one.name for one in timeline.records if one.type == "Stage"} == {one.name for one in build.stages}
    assert build.definition in {one.id for one in pipelines}
    assert deployment.id in {one.id for one in records}


async def test_a_missing_repository_is_the_error_of_the_service(connection: Any) -> None:
    from azure.devops.exceptions import AzureDevOpsServiceError

    def read() -> Any:
        return connection.clients_v7_1.get_git_client().get_repository("00000000-0000-0000-0000-000000000000")

    with pytest.raises(AzureDevOpsServiceError, match="TF401019"):
        await _read(read)
