"""What is gone, what has left the filter, and what has changed since a cursor."""

from __future__ import annotations

import json

import pytest

from contract.azure.walking import Reader
from fairlead.model.errors import BadMapping, BadUsage, NotThere
from fairlead.model.readings import Missing
from unit.azure.scripted import fetch

OPEN = "[System.State] NOT IN ('Closed', 'Done', 'Removed')"


async def test_a_deleted_project_has_a_tombstone(azure: Reader) -> None:
    first, second, *_ = await azure.list("project")
    changes = azure.sandbox.organization.changes
    assert await azure.removed("project", (first, ""), (second, "")) == frozenset()
    changes.delete_project(first)
    changes.set_project_state(second, "deleting")
    assert await azure.removed("project", (first, ""), (second, "")) == {first, second}
    assert first not in await azure.list("project")
    assert (await azure.why("project", first, "")).why == "not there"
    assert (await azure.why("project", second, "")).why == "not there"


async def test_a_deleted_repository_has_a_tombstone_a_hidden_one_has_none(azure: Reader) -> None:
    await azure.list("project")
    repositories = await azure.list("repository")
    gone, destroyed, hidden = list(repositories.values())[:3]
    changes = azure.sandbox.organization.changes
    changes.delete_repository(gone.key)
    changes.destroy_repository(destroyed.key)
    del azure.sandbox.organization.repositories[hidden.key]
    pairs = [(one.key, one.parent) for one in (gone, destroyed, hidden)]
    removed = await azure.removed("repository", *pairs)
    assert gone.key in removed
    assert hidden.key not in removed
    for key, parent in pairs:
        assert (await azure.why("repository", key, parent)).why == "not there"


async def test_a_deleted_work_item_has_a_tombstone_a_destroyed_one_has_none(azure: Reader) -> None:
    await azure.list("project")
    items = list((await azure.list("work-item")).values())[:3]
    changes = azure.sandbox.organization.changes
    changes.delete_work_item(int(items[0].key))
    changes.delete_work_item(int(items[1].key))
    changes.destroy_work_item(int(items[1].key))
    pairs = [(one.key, one.parent) for one in items]
    assert await azure.removed("work-item", pairs[0]) == {items[0].key}
    assert await azure.removed("work-item", *pairs) == {items[0].key}
    found = await azure.read("work-item", pairs)
    assert [one.key for one in found.records] == [items[2].key]
    assert dict(found.missing)[items[0].key] == Missing("not there", "the batch left it out")


async def test_a_deleted_release_has_a_tombstone(azure: Reader) -> None:
    await azure.list("project")
    one, other = list((await azure.list("release")).values())[:2]
    azure.sandbox.organization.changes.delete_release(int(one.key))
    assert await azure.removed("release", (one.key, one.parent), (other.key, other.parent)) == {one.key}
    found = await azure.read("release", [(one.key, one.parent), (other.key, other.parent)])
    assert [record.key for record in found.records] == [other.key]
    assert dict(found.missing)[one.key].why == "not there"


async def test_kinds_without_tombstones_prove_nothing(azure: Reader) -> None:
    await azure.list_parents("project", "team")
    for kind in ("repository-policy", "team", "board"):
        assert await azure.removed(kind, ("a", "b")) == frozenset()
    team = next(iter(azure.parents["team"].values()))
    azure.sandbox.organization.changes.delete_team(team.key)
    assert (await azure.why("team", team.key, team.parent)).why == "not there"


async def test_a_policy_that_no_longer_applies_is_not_there(azure: Reader) -> None:
    await azure.list_parents("project", "repository", "repository-policy")
    policy = next(iter(azure.parents["repository-policy"].values()))
    unknown = await azure.why("repository-policy", "elsewhere/1", "elsewhere")
    assert unknown.why == "failed"
    azure.sandbox.organization.changes.delete_policy(int(policy.key.rpartition("/")[2]))
    assert (await azure.why("repository-policy", policy.key, policy.parent)).why == "not there"


async def test_which_work_items_are_inside_the_filter(azure: Reader) -> None:
    await azure.list("project")
    everything = await azure.list("work-item")
    spec = fetch("work-item", wiql=(OPEN,))
    inside = await azure.source.inside("work-item", spec, [(key, "") for key in everything], azure.number)
    assert inside == set(await azure.list("work-item", spec=spec))
    assert 0 < len(inside) < len(everything)
    assert await azure.source.inside(
        "work-item", fetch("work-item"), [(key, "") for key in everything], azure.number
    ) == set(everything)
    key = next(iter(inside))
    azure.sandbox.organization.changes.update_work_item(int(key), {"System.State": "Closed"})
    assert await azure.source.inside("work-item", spec, [(key, "")], azure.number) == frozenset()


async def test_a_filter_with_a_project_macro_is_asked_project_by_project(azure: Reader) -> None:
    await azure.list("project")
    everything = await azure.list("work-item")
    spec = fetch("work-item", wiql=(f"[System.TeamProject] = @project AND ({OPEN})",))
    with pytest.raises(NotThere, match="project"):
        await azure.list("work-item", spec=spec)
    listed = await azure.list("work-item", 1, spec)
    assert set(listed) == await azure.source.inside(
        "work-item", spec, [(key, "") for key in everything], azure.number
    )
    assert set(listed) == set(await azure.list("work-item", spec=fetch("work-item", wiql=OPEN)))


async def test_a_filter_that_cannot_be_read_is_a_mapping_to_mend(azure: Reader) -> None:
    spec = fetch("work-item", wiql=("[Custom.NoSuchField] = 1",))
    with pytest.raises(BadMapping, match="NoSuchField"):
        await azure.list("work-item", spec=spec)


async def test_which_releases_are_inside_the_filter(azure: Reader) -> None:
    await azure.list("project")
    everything = await azure.list("release")
    spec = fetch("release", statusFilter="abandoned")
    listed = await azure.list("release", spec=spec)
    assert all(json.loads(one.body)["status"] == "abandoned" for one in listed.values())
    assert set(listed) == await azure.source.inside(
        "release", spec, [(key, "") for key in everything], azure.number
    )
    expanded = await azure.list("release", spec=fetch("release", expand=("environments", "artifacts")))
    assert set(expanded) == set(everything)


async def test_the_feed_of_work_items(azure: Reader) -> None:
    await azure.list("project")
    items = [int(key) for key in await azure.list("work-item")]
    state = azure.sandbox.organization
    cursor = azure.source.start_cursor("work-item", state.clock.now().timestamp() + 400)
    delta = await azure.source.delta("work-item", cursor, azure.parents, azure.number)
    assert (delta.changed, delta.removed, delta.more) == ((), (), False)
    state.changes.update_work_item(items[0], {"System.Title": "another"})
    state.changes.update_work_item(items[0], {"System.Title": "and another"})
    state.changes.delete_work_item(items[1])
    delta = await azure.source.delta("work-item", delta.cursor, azure.parents, azure.number)
    assert (delta.changed, delta.removed) == ((str(items[0]),), (str(items[1]),))
    state.changes.restore_work_item(items[1])
    delta = await azure.source.delta("work-item", delta.cursor, azure.parents, azure.number)
    assert (delta.changed, delta.removed, delta.more) == ((str(items[1]),), (), False)


async def test_the_changes_of_releases(azure: Reader) -> None:
    await azure.list("project")
    releases = list(await azure.list("release"))
    state = azure.sandbox.organization
    state.clock.advance(3600)
    cursor = azure.source.start_cursor("release", state.clock.now().timestamp() - 60)
    quiet = await azure.source.delta("release", cursor, azure.parents, azure.number)
    assert (quiet.changed, quiet.removed, quiet.more) == ((), (), False)
    state.changes.deploy_release(int(releases[0]))
    definition = next(iter(state.release_definitions.values()))
    made = state.changes.create_release(definition.id)
    delta = await azure.source.delta("release", quiet.cursor, azure.parents, azure.number)
    assert set(delta.changed) == {releases[0], str(made.id)}
    assert delta.cursor >= quiet.cursor


async def test_a_deleted_release_definition_has_a_tombstone(azure: Reader) -> None:
    await azure.list("project")
    gone, kept, *_ = (await azure.list("release-definition")).values()
    azure.sandbox.organization.changes.delete_release_definition(int(gone.key))
    assert await azure.removed("release-definition", (gone.key, gone.parent), (kept.key, kept.parent)) == {
        gone.key
    }
    assert (await azure.why("release-definition", gone.key, gone.parent)).why == "not there"


async def test_release_definitions_by_their_tags(azure: Reader) -> None:
    await azure.list("project")
    state = azure.sandbox.organization
    everything = await azure.list("release-definition")
    tagged, plain = (state.release_definitions[int(key)] for key in list(everything)[:2])
    tagged.tags, plain.tags = ("one", "two"), ("one",)
    state.touch(tagged, plain)
    spec = fetch("release-definition", tagFilter=("one", "two"))
    assert str(tagged.id) in await azure.list("release-definition", spec=spec)
    pairs = [(str(one.id), one.project) for one in (tagged, plain)]
    assert await azure.source.inside("release-definition", spec, pairs, azure.number) == {str(tagged.id)}
    assert await azure.source.outside("release-definition", spec, pairs, azure.number) == {str(plain.id)}


async def test_a_deployment_goes_with_its_release(azure: Reader) -> None:
    await azure.list("project")
    deployments = await azure.list("release-deployment")
    state = azure.sandbox.organization
    gone = next(iter(deployments.values()))
    release = state.deployments[int(gone.key.rpartition("/")[2])].release
    state.changes.delete_release(release)
    for key, one in deployments.items():
        with_it = key.startswith(f"{release}/")
        found = await azure.read("release-deployment", [(key, one.parent)])
        assert bool(found.records) is not with_it
        assert await azure.removed("release-deployment", (key, one.parent)) == ({key} if with_it else set())


async def test_the_changes_of_deployments_come_whole(azure: Reader) -> None:
    await azure.list("project")
    release, *_ = await azure.list("release")
    state = azure.sandbox.organization
    state.clock.advance(3600)
    cursor = azure.source.start_cursor("release-deployment", state.clock.now().timestamp() - 60)
    quiet = await azure.source.delta("release-deployment", cursor, azure.parents, azure.number)
    assert (quiet.changed, quiet.records) == ((), ())
    made = state.changes.deploy_release(int(release))
    delta = await azure.source.delta("release-deployment", quiet.cursor, azure.parents, azure.number)
    assert [one.key for one in delta.records] == [f"{release}/{made.id}"]


def test_kinds_without_a_feed_say_so(azure: Reader) -> None:
    with pytest.raises(BadUsage):
        azure.source.start_cursor("board", 0)
    with pytest.raises(BadUsage, match="no kind"):
        azure.source.chains("boards", 0, {})
