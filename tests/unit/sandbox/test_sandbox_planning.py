"""Areas, iterations, and what teams chose of them."""

from __future__ import annotations

import random
from urllib.parse import quote

import pytest

from azure_devops_sandbox import Organization, Permissions, seeded
from azure_devops_sandbox.state.planning import Node, TeamPlan
from azure_devops_sandbox.state.records import Project
from azure_devops_sandbox.state.trees import find_node
from contract.sandbox.asking import Client


@pytest.fixture
def project(organization: Organization) -> Project:
    """A project with work items and more than one team."""
    return next(
        one
        for one in organization.live_projects()
        if len(organization.of_project(organization.teams, one.id)) > 1
        and organization.of_project(organization.work_items, one.id)
    )


@pytest.fixture
def plan(organization: Organization, project: Project) -> TeamPlan:
    """The plan of a team that is not the default one."""
    plans = organization.of_project(organization.plans, project.id)
    return next(one for one in plans if one.team != project.default_team)


def nodes_of(project: Project) -> str:
    """Return the address of the trees of a project."""
    return f"/{project.id}/_apis/wit/classificationnodes"


def lost(organization: Organization) -> list[int]:
    """Return the work items whose area or iteration is not there."""
    return [
        item.id
        for item in organization.work_items.values()
        if find_node(organization, item.project, "area", item.fields["System.AreaPath"]) is None
        or find_node(organization, item.project, "iteration", item.fields["System.IterationPath"]) is None
    ]


async def test_depth_of_the_trees(client: Client, organization: Organization, project: Project) -> None:
    roots = (await client.get(nodes_of(project))).rows
    assert [one["path"] for one in roots] == [f"\\{project.name}\\Area", f"\\{project.name}\\Iteration"]
    assert [one["hasChildren"] for one in roots] == [True, True]
    assert not any("children" in one for one in roots)
    organization.changes.create_area(project.id, "One\\Two\\Three")
    for depth, seen in ((0, []), (1, ["One"]), (2, ["One", "Two"]), (9, ["One", "Two", "Three"])):
        node = (await client.get(f"{nodes_of(project)}/areas?$depth={depth}")).json
        assert node["structureType"] == "area"
        names = []
        for name in ("One", "Two", "Three"):
            node = next((one for one in node.get("children", []) if one["name"] == name), None)
            if node is None:
                break
            names.append(name)
            assert "_links" not in node
        assert names == seen
    deep = (await client.get(f"{nodes_of(project)}/Areas/One/Two")).json
    assert deep["path"] == f"\\{project.name}\\Area\\One\\Two"
    assert deep["_links"]["parent"]["href"].endswith("/classificationNodes/Areas/One")
    encoded = (await client.get(f"{nodes_of(project)}/Areas/{quote('one/two', safe='')}")).json
    assert encoded["identifier"] == deep["identifier"]


async def test_nodes_by_id_and_what_is_not_there(
    client: Client, organization: Organization, project: Project
) -> None:
    mine = organization.trees[project.id, "iteration"]
    other = next(one for one in organization.nodes.values() if one.project != project.id)
    path = f"{nodes_of(project)}?ids={mine.id},{other.id},99999"
    rows = (await client.get(f"{path}&errorPolicy=Omit")).rows
    assert [one and one["id"] for one in rows] == [mine.id, None, None]
    for wrong, status in (
        (path, 404),
        (f"{nodes_of(project)}/Areas/None", 404),
        (f"{nodes_of(project)}/Boards", 400),
    ):
        assert (await client.get(wrong)).status == status
    gone = await client.get(f"{nodes_of(project)}/Iterations/Sprint%201/x")
    assert gone.type_key == "WorkItemTrackingTreeNodeNotFoundException"
    assert (await client.get(f"{nodes_of(project)}?ids=one")).status == 400
    assert (await client.get(f"/{project.id}/_apis/wit/classificationnodes/Areas?$depth=x")).status == 400


async def test_work_items_are_in_nodes(client: Client, organization: Organization, project: Project) -> None:
    assert lost(organization) == []
    item = organization.of_project(organization.work_items, project.id)[0]
    found = (await client.get(f"/_apis/wit/workitems/{item.id}?$expand=fields")).json["fields"]
    area = organization.nodes[found["System.AreaId"]]
    assert (area.path, area.kind) == (found["System.AreaPath"], "area")
    assert organization.nodes[found["System.IterationId"]].path == found["System.IterationPath"]
    organization.changes.update_work_item(item.id, {"System.AreaPath": f"{project.name}\\New\\Newer"})
    assert lost(organization) == []
    with pytest.raises(ValueError, match="TF51011"):
        organization.changes.update_work_item(item.id, {"System.AreaPath": "Elsewhere\\New"})


async def test_a_renamed_and_a_moved_node_take_their_work_items_along(
    client: Client, organization: Organization, project: Project
) -> None:
    changes = organization.changes
    node = changes.create_area(project.id, "Old\\Deep")
    item = changes.create_work_item(project.id, fields={"System.AreaPath": node.path})
    parent = node.parent
    assert parent is not None
    changes.rename_node(parent.id, "New")
    assert item.fields["System.AreaPath"] == f"{project.name}\\New\\Deep"
    assert (await client.get(f"{nodes_of(project)}/Areas/New/Deep")).json["id"] == node.id
    changes.move_node(node.id, organization.trees[project.id, "area"].id)
    assert (item.fields["System.AreaPath"], item.rev) == (f"{project.name}\\Deep", 1)
    assert (await client.get(f"{nodes_of(project)}/Areas/New")).json["hasChildren"] is False
    changes.rename_project(project.id, "Other Name")
    assert item.fields["System.AreaPath"] == "Other Name\\Deep"
    assert (await client.get(f"{nodes_of(project)}/Areas/Deep")).json["path"] == "\\Other Name\\Area\\Deep"
    assert lost(organization) == []


def test_a_deleted_node_gives_its_work_items_away(organization: Organization, plan: TeamPlan) -> None:
    changes = organization.changes
    area = organization.nodes[next(iter(plan.areas))]
    inside = [
        one
        for one in organization.work_items.values()
        if one.project == plan.project and one.fields["System.AreaPath"].startswith(area.path)
    ]
    revisions = {one.id: one.rev for one in inside}
    assert inside
    changes.delete_node(area.id)
    assert {one.fields["System.AreaPath"] for one in inside} == {area.root.path}
    assert all(one.rev == revisions[one.id] + 1 for one in inside)
    assert area.id not in plan.areas
    assert lost(organization) == []
    root = organization.trees[plan.project, "iteration"]
    first, second = root.children[:2]
    changes.delete_node(first.id, reclassify=second.id)
    assert lost(organization) == []
    for wrong in (
        lambda: changes.delete_node(root.id),
        lambda: changes.delete_node(second.id, reclassify=second.id),
        lambda: changes.rename_node(second.id, root.children[1].name.upper()),
        lambda: changes.move_node(second.id, second.id),
    ):
        with pytest.raises(ValueError, match=r"root|another node|already|below"):
            wrong()


async def test_iterations_of_a_team(client: Client, organization: Organization, plan: TeamPlan) -> None:
    path = f"/{plan.project}/{plan.team}/_apis/work/teamsettings/iterations"
    rows = (await client.get(path)).rows
    assert [one["id"] for one in rows] == [organization.nodes[one].identifier for one in plan.iterations]
    assert "Iteration" not in rows[0]["path"].split("\\")
    [current] = (await client.get(f"{path}?$timeframe=Current")).rows
    assert current["attributes"]["timeFrame"] == "current"
    frames = [one["attributes"]["timeFrame"] for one in rows if one["name"].startswith("Sprint")]
    assert frames == sorted(frames, key=["past", "current", "future"].index)
    assert (await client.get(f"{path}?$timeframe=past")).status == 400
    single = (await client.get(f"{path}/{current['id']}")).json
    assert single["_links"]["classificationNode"]["href"].endswith(quote(current["name"]))
    organization.clock.advance(15 * 86_400)
    [later] = (await client.get(f"{path}?$timeframe=current")).rows
    assert later["id"] != current["id"]
    node = organization.changes.create_iteration(plan.project, "Later", "2030-01-07", "2030-01-18")
    assert (await client.get(f"{path}/{node.identifier}")).status == 404
    organization.changes.select_iteration(plan.team, node.id)
    chosen = (await client.get(f"{path}/{node.identifier}")).json["attributes"]
    assert chosen == {
        "startDate": "2030-01-07T00:00:00Z",
        "finishDate": "2030-01-18T00:00:00Z",
        "timeFrame": "future",
    }
    organization.changes.deselect_iteration(plan.team, node.id)
    assert node.identifier not in {one["id"] for one in (await client.get(path)).rows}


async def test_areas_of_a_team(client: Client, organization: Organization, plan: TeamPlan) -> None:
    name = organization.projects[plan.project].name
    work = f"/{plan.project}/{plan.team}/_apis/work"
    before = (await client.get(f"{work}/teamsettings/teamfieldvalues")).json
    assert (
        before["defaultValue"]
        == before["values"][0]["value"]
        == f"{name}\\{organization.teams[plan.team].name}"
    )
    organization.changes.create_area(plan.project, "Extra")
    organization.changes.set_team_areas(plan.team, [f"{name}\\Extra", name], include_children=False)
    after = (await client.get(f"{work}/teamsettings/teamfieldvalues")).json
    assert after["values"] == [
        {"value": f"{name}\\Extra", "includeChildren": False},
        {"value": name, "includeChildren": False},
    ]
    with pytest.raises(LookupError, match="TF51011"):
        organization.changes.set_team_areas(plan.team, [f"{name}\\Nowhere"])
    organization.changes.set_team_areas(plan.team, [])
    found = {}
    for path in ("teamsettings/teamfieldvalues", "teamsettings/iterations", "boards"):
        reply = await client.get(f"{work}/{path}")
        assert reply.type_key == "InvalidTeamSettingsException"
        found[path] = reply.status
    assert list(found.values()) == [404, 404, 500]
    default = (await client.get(f"/{plan.project}/_apis/work/teamsettings/teamfieldvalues")).json
    assert default["defaultValue"] == name


async def test_a_hidden_area_is_in_no_tree_and_no_team(
    client: Client, organization: Organization, plan: TeamPlan
) -> None:
    area: Node = organization.nodes[next(iter(plan.areas))]
    project = organization.projects[plan.project]
    organization.changes.set_permissions(client.sandbox.pat, Permissions(hidden_areas=frozenset({area.path})))
    assert area.identifier.encode() not in (await client.get(f"{nodes_of(project)}?$depth=9")).body
    single = "/".join(quote(one, safe="") for one in area.names[1:])
    assert (await client.get(f"{nodes_of(project)}/Areas/{single}")).status == 404
    values = (await client.get(f"/{project.id}/{plan.team}/_apis/work/teamsettings/teamfieldvalues")).json[
        "values"
    ]
    assert area.path not in {one["value"] for one in values}
    team = Permissions(hidden_teams=frozenset({plan.team}))
    organization.changes.set_permissions(client.sandbox.pat, team)
    assert (await client.get(f"/{project.id}/{plan.team}/_apis/work/teamsettings/iterations")).status == 404
    assert (await client.get(f"/_apis/projects/{project.id}/teams/{plan.team}/members")).status == 404


async def test_a_new_project_and_a_new_team_have_everything(
    client: Client, organization: Organization
) -> None:
    project = organization.changes.create_project("Fresh")
    team = organization.changes.create_team(project.id, "Newcomers")
    assert len((await client.get(f"{nodes_of(project)}?$depth=1")).rows[1]["children"]) == 8
    settings = (await client.get(f"/{project.id}/{team.id}/_apis/work/teamsettings/teamfieldvalues")).json
    assert settings["defaultValue"] == "Fresh\\Newcomers"
    groups = (await client.get("/_apis/graph/groups")).rows
    mine = {one["principalName"] for one in groups if one["principalName"].startswith("[Fresh]")}
    assert mine >= {"[Fresh]\\Contributors", "[Fresh]\\Fresh Team", "[Fresh]\\Newcomers"}
    organization.changes.delete_team(team.id)
    contributors = next(
        one
        for one in organization.groups.values()
        if one.project == project.id and one.name == "Contributors"
    )
    assert contributors.members == [project.default_team]


def test_random_changes_lose_no_work_item() -> None:
    organization, rng = seeded(2), random.Random(4)
    told = [organization.changes.random_change(rng) for _ in range(1_500)]
    assert lost(organization) == []
    words = " ".join(told)
    for kind in ("user", "team", "group", "area", "iteration"):
        assert kind in words
    known = {*organization.users, *organization.groups, *organization.teams}
    for group in organization.groups.values():
        assert set(group.members) <= known
    for team in organization.teams.values():
        assert {*team.members, *team.admins} <= known
    for plan in organization.plans.values():
        assert {*plan.areas, *plan.iterations} <= set(organization.nodes)
