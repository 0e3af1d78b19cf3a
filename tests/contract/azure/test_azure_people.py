"""Users, groups, their members, teams, iterations and areas: what is particular about reading them."""

from __future__ import annotations

import json

import pytest

from azure_devops_sandbox.faults import Action, Fault
from azure_devops_sandbox.state.access import Permissions
from azure_devops_sandbox.state.graph import containers, members_of
from contract.azure.walking import Reader
from fairlead.model.errors import BadMapping
from unit.azure.scripted import fetch

GRAPH = fetch("user", source="graph", subjectTypes=("aad", "msa"), includeGroupMemberships=True)
WHOLE_TEAM = fetch("team", includeMembers=True, includeAreaPaths=True)


async def test_users_of_both_sources(azure: Reader) -> None:
    state = azure.sandbox.organization
    licensed = {one.id for one in state.users.values() if one.kind != "svc"}
    assert set(await azure.list("user")) == licensed
    by_descriptor = {one.descriptor: one for one in state.users.values() if one.kind in {"aad", "msa"}}
    found = await azure.list("user", spec=GRAPH)
    assert set(found) == set(by_descriptor)
    extra = json.loads(b"{" + next(iter(found.values())).extra + b"}")
    assert all("principalName" in group for group in extra["__groups"])
    assert extra["__projects"] == sorted(extra["__projects"])
    assert not any("]" in name for name in extra["__projects"])


async def test_old_entitlements_go_by_top_and_skip(azure: Reader) -> None:
    everyone = set(await azure.list("user"))
    azure.calls.clear()
    assert set(await azure.list("user", spec=fetch("user", apiVersion="6.0-preview.3"))) == everyone
    assert {name for call in azure.calls for name, _ in call.query} == {"top", "skip"}


async def test_fields_are_selected(azure: Reader) -> None:
    spec = fetch("user", includeFields=("projects",))
    listed = await azure.list("user", spec=spec)
    assert any(json.loads(one.body)["projectEntitlements"] for one in listed.values())
    key = next(iter(listed))
    read = await azure.read("user", [(key, "")], spec)
    assert json.loads(read.records[0].body) == json.loads(listed[key].body)


async def test_rows_that_disagree_about_the_source_are_told_so(azure: Reader) -> None:
    (chain,) = azure.source.chains("user", 0, {})
    spec = fetch("user", source=(None, "graph"))
    with pytest.raises(BadMapping, match="different sources"):
        await azure.source.page(chain, spec, {}, None, azure.number)


async def test_members_of_groups_are_looked_up_together(azure: Reader) -> None:
    await azure.list("project")
    groups = await azure.list("group")
    state = azure.sandbox.organization
    members = await azure.list("group-member")
    by_descriptor = {one.descriptor: one for one in containers(state)}
    assert set(members) == {
        f"{key}/{one.descriptor}" for key in groups for one in members_of(state, by_descriptor[key])
    }
    lookups = azure.sandbox.ledger.count("graph-subjects.lookup")
    assert lookups <= len(groups), "a subject that is known is not looked up again"


async def test_a_member_that_left_is_not_there_and_a_hidden_one_proves_nothing(azure: Reader) -> None:
    await azure.list_parents("project", "group")
    members = await azure.list("group-member")
    state = azure.sandbox.organization
    group = next(one for one in state.groups.values() if len(one.members) > 1 and one.project is None)
    left, hidden = members_of(state, group)[:2]
    state.changes.remove_member(group.id, left.id)
    assert (
        await azure.why("group-member", f"{group.descriptor}/{left.descriptor}", group.descriptor)
    ).why == ("not there")
    assert f"{group.descriptor}/{hidden.descriptor}" in members
    azure.sandbox.faults.add(Fault(action=Action.SERVER_ERROR, route="graph-subjects.lookup"))
    missing = await azure.why("group-member", f"{group.descriptor}/{hidden.descriptor}", group.descriptor)
    assert missing.why == "failed"


async def test_a_team_with_members_and_areas(azure: Reader) -> None:
    await azure.list("project")
    state = azure.sandbox.organization
    teams = await azure.list("team", spec=WHOLE_TEAM)
    unset = next(key for key in teams if key in state.plans)
    state.plans[unset].areas.clear()
    state.touch(state.plans[unset])
    teams = await azure.list("team", spec=WHOLE_TEAM)
    for key, team in teams.items():
        extra = json.loads(b"{" + team.extra + b"}")
        assert (extra["__areaPaths"] is None) == (key == unset)
        assert all("uniqueName" in member["identity"] for member in extra["__members"])


async def test_a_team_that_cannot_be_completed_stays_as_it_was(azure: Reader) -> None:
    await azure.list("project")
    await azure.list("team")
    azure.sandbox.faults.add(Fault(action=Action.NOT_FOUND, route="team-field-values.get"))
    teams = await azure.list("team", spec=WHOLE_TEAM)
    assert all("could not be read" in team.failure for team in teams.values())


async def test_a_team_without_settings_has_no_iterations_and_a_404_is_no_such_word(azure: Reader) -> None:
    await azure.list_parents("project", "team")
    iterations = await azure.list("iteration")
    state = azure.sandbox.organization
    team = next(one.parent for one in iterations.values())
    state.plans[team].areas.clear()
    state.touch(state.plans[team])
    assert team not in {one.parent for one in (await azure.list("iteration")).values()}
    other = next(one for one in iterations.values() if one.parent != team)
    azure.sandbox.faults.add(Fault(action=Action.NOT_FOUND, route="team-iterations.list"))
    assert (await azure.why("iteration", other.key, other.parent)).why == "failed"


async def test_areas_are_flat_and_know_their_parents(azure: Reader) -> None:
    await azure.list("project")
    areas = await azure.list("area-path")
    state = azure.sandbox.organization
    for one in areas.values():
        body = json.loads(one.body)
        node = state.nodes[body["id"]]
        assert "children" not in body
        assert body["__normalizedPath"] == node.path
        assert body["__parentIdentifier"] == (node.parent.identifier if node.parent else None)
    roots = await azure.list("area-path", spec=fetch("area-path", depth=1))
    assert len(roots) < len(areas) or all(
        json.loads(one.body)["path"].count("\\") < 4 for one in areas.values()
    )


async def test_a_hidden_area_is_missing_and_nothing_more(azure: Reader) -> None:
    await azure.list("project")
    areas = await azure.list("area-path")
    hidden = next(one for one in areas.values() if json.loads(one.body)["__parentIdentifier"])
    path = json.loads(hidden.body)["__normalizedPath"]
    azure.sandbox.organization.changes.set_permissions(
        azure.sandbox.pat, Permissions(hidden_areas=frozenset({path}))
    )
    assert (await azure.why("area-path", hidden.key, hidden.parent)).why == "not there"
    assert not azure.source.kinds["area-path"].exact, "so that it is not taken as gone"
    assert await azure.removed("area-path", (hidden.key, hidden.parent)) == frozenset()
