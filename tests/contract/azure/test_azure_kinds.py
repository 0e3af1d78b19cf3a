"""Every kind: its listing in every form, its point read, its parents and references."""

from __future__ import annotations

import json

import jq
import msgspec
import pytest

from contract.azure.walking import FILES, Reader
from fairlead.azure.kinds.registry import KINDS, SPECS
from fairlead.model.records import ORGANIZATION, Record, Reference
from unit.azure.scripted import fetch

DEFAULT_TEAM = fetch("project", defaultTeam=True)
INCLUDED = fetch("repository", includedFiles=FILES)
DETAILED = {
    "project": DEFAULT_TEAM,
    "repository": INCLUDED,
    "team": fetch("team", includeMembers=True, includeAreaPaths=True),
    "pipeline": fetch("pipeline", includeRepo=True),
    "build": fetch("build", enrichWithFirstCommit=True, stages=True),
}
BY_ID = {"work-item", "group-member"}
"""Kinds whose listing holds ids only: there is no listed item to compare."""


async def list_all(azure: Reader) -> None:
    for kind in SPECS:
        spec = DETAILED.get(kind)
        await azure.list(kind, spec=spec)


async def test_listings_hold_what_the_organization_has(azure: Reader) -> None:
    await list_all(azure)
    state = azure.sandbox.organization
    live = {one.id for one in state.live_projects()}
    assert set(azure.parents["project"]) == live
    assert set(azure.parents["repository"]) == {
        one.id for one in state.repositories.values() if one.project in live and one.deleted is None
    }
    assert set(azure.parents["team"]) == {one.id for one in state.teams.values() if one.project in live}
    assert set(azure.parents["board"]) == {one.id for one in state.boards.values() if one.project in live}
    assert set(azure.parents["work-item"]) == {
        str(one.id) for one in state.work_items.values() if one.project in live and one.deleted is None
    }
    assert set(azure.parents["release"]) == {
        str(one.id) for one in state.releases.values() if one.project in live and not one.deleted
    }
    assert set(azure.parents["release-definition"]) == {
        str(one.id) for one in state.release_definitions.values() if one.project in live and not one.deleted
    }
    assert set(azure.parents["release-deployment"]) == {
        f"{one.release}/{one.id}"
        for one in state.deployments.values()
        if one.project in live and not state.releases[one.release].deleted
    }
    assert azure.parents["repository-policy"]
    for kind, records in azure.parents.items():
        parent = SPECS[kind].parent
        for record in records.values():
            assert record.failure == ""
            assert record.parent in azure.parents.get(parent, {}) or record.parent == ORGANIZATION
            assert record.parent or not parent or kind == "group", "only groups can be of either"
            detailed = KINDS[kind].wants_detail(DETAILED.get(kind) or fetch(kind)) and kind not in BY_ID
            assert len(record.source_hash) == (16 if detailed else 0)
            for reference in record.references:
                assert reference.key in azure.parents[reference.kind]


async def test_listings_hold_the_code_that_the_organization_has(azure: Reader) -> None:
    await list_all(azure)
    state = azure.sandbox.organization
    live = {one.id for one in state.live_projects()}
    readable = {key: one for key, one in state.repositories.items() if key in azure.parents["repository"]}
    readable = {key: one for key, one in readable.items() if not one.disabled}
    assert set(azure.parents["branch"]) == {
        f"{one.id}/{ref.removeprefix('refs/heads/')}" for one in readable.values() for ref in one.heads
    }
    assert set(azure.parents["pull-request"]) == {
        str(one.id) for one in state.pull_requests.values() if one.repository in readable
    }
    assert set(azure.parents["pipeline"]) == {
        f"{one.project}/{one.id}"
        for one in state.definitions.values()
        if one.project in live and not one.deleted
    }
    there = [one for one in state.builds.values() if one.project in live and one.deleted is None]
    assert set(azure.parents["build"]) == {f"{one.project}/{one.id}" for one in there}
    assert set(azure.parents["pipeline-run"]) == {
        f"{one.project}/{one.definition}/{one.id}"
        for one in there
        if not state.definitions[one.definition].deleted
    }
    assert set(azure.parents["environment"]) == {
        f"{one.project}/{one.id}" for one in state.environments.values() if one.project in live
    }


async def test_point_reads_equal_the_listing(azure: Reader) -> None:
    await list_all(azure)
    for kind, records in azure.parents.items():
        spec = DETAILED.get(kind)
        found = await azure.read(kind, [(one.key, one.parent) for one in records.values()], spec)
        assert found.missing == ()
        again = {record.key: record for record in found.records}
        assert {key: same(one) for key, one in again.items()} == {
            key: same(one) for key, one in records.items()
        }
        oldest = min((one.number for one in again.values()), default=1)  # files are none without paths
        assert oldest > max((one.number for one in records.values()), default=0)


ONLY_IN_DETAIL = {"pull-request": {"closedBy", "lastMergeCommit", "repository"}}
"""What a point read tells more of. No mapping that Fairlead knows looks at it."""


def same(record: Record) -> tuple[object, ...]:
    """What a record says, whatever the order of its members."""
    body = json.loads(record.body)
    for name in ONLY_IN_DETAIL.get(record.kind, ()):
        body.pop(name, None)
    return body, record.extra, record.parent, record.version, record.references


@pytest.mark.parametrize("kind", [kind for kind, spec in SPECS.items() if len(spec.listings) > 1])
async def test_the_forms_of_a_listing_agree(azure: Reader, kind: str) -> None:
    await azure.list("project")
    by_organization, by_parent = await azure.list(kind, 0), await azure.list(kind, 1)
    assert {key: same(one) for key, one in by_organization.items()} == {
        key: same(one) for key, one in by_parent.items()
    }


async def test_without_the_option_a_project_is_one_listing(azure: Reader) -> None:
    listed = await azure.list("project")
    assert azure.sandbox.ledger.total == 1
    key = next(iter(listed))
    found = await azure.read("project", [(key, "")])
    assert json.loads(found.records[0].body) == json.loads(listed[key].body)
    assert "defaultTeam" not in json.loads(found.records[0].body)
    detailed = await azure.list("project", spec=DEFAULT_TEAM)
    assert all("name" in json.loads(one.body)["defaultTeam"] for one in detailed.values())
    assert all(one.version is None for one in detailed.values())


async def test_requests_of_a_full_reading(azure: Reader) -> None:
    await list_all(azure)
    state, ledger = azure.sandbox.organization, azure.sandbox.ledger
    projects, teams, boards = (len(azure.parents[kind]) for kind in ("project", "team", "board"))
    assert ledger.count("projects.list") == ledger.count("repositories.list") == 1
    # Only an empty page ends a listing whose page size is the server's choice.
    assert ledger.count("teams.all") == ledger.count("wiql.query") == 2
    assert ledger.count("policies.list") == projects
    assert (ledger.count("boards.list"), ledger.count("boards.get")) == (teams, boards)
    assert ledger.count("work-items.batch") == -(-len(azure.parents["work-item"]) // 200)
    readable = [
        one
        for one in state.repositories.values()
        if one.id in azure.parents["repository"] and not one.disabled and one.default_branch
    ]
    assert ledger.count("items.get") == len(readable) * len(FILES)
    assert sum(azure.source.traffic().requests.values()) == ledger.total
    assert azure.source.traffic().bytes_received > 0


async def test_work_items_know_their_project(azure: Reader) -> None:
    await azure.list("project")
    for item in (await azure.list("work-item")).values():
        name = json.loads(item.body)["fields"]["System.TeamProject"]
        project = azure.parents["project"][item.parent]
        assert json.loads(project.body)["name"] == name
        assert item.version == json.loads(item.body)["rev"]
        assert item.references == (
            Reference("__projectId", "project", item.parent, whole=False),
            Reference("__project", "project", item.parent),
        )


async def test_a_work_item_of_an_unknown_project_is_frozen(azure: Reader) -> None:
    await azure.list("project")
    azure.parents["project"] = dict(azure.parents["project"])
    gone = azure.parents["project"].popitem()
    items = await azure.list("work-item")
    frozen = [one for one in items.values() if one.failure]
    assert frozen
    assert {json.loads(one.body)["fields"]["System.TeamProject"] for one in frozen} == {
        json.loads(gone[1].body)["name"]
    }


async def test_columns_come_out_of_boards(azure: Reader) -> None:
    await azure.list_parents("project", "team")
    column = next(one for one in azure.source.derivations if one.kind == "column")
    items, key = jq.compile(column.items), jq.compile(column.key)
    for board in (await azure.list("board")).values():
        value = json.loads(board.body)
        derived = items.input_value({**value, "__project": {"id": board.parent}}).all()
        expected = [
            (one["id"], kind, state)
            for one in value["columns"]
            for kind, state in (one["stateMappings"] or {}).items()
        ]
        assert [(one["id"], one["__stateType"], one["__stateName"]) for one in derived] == expected
        assert all(one["__board"]["__project"]["id"] == board.parent for one in derived)
        keys = [key.input_value(one).first() for one in derived]
        assert keys == [f"{id_}/{kind}" for id_, kind, _ in expected]
        assert len(set(keys)) == len(keys)


async def test_a_moved_work_item_is_read_in_its_new_project(azure: Reader) -> None:
    await azure.list("project")
    item = next(iter((await azure.list("work-item")).values()))
    other = next(key for key in azure.parents["project"] if key != item.parent)
    azure.sandbox.organization.changes.move_work_item(int(item.key), other)
    (moved,) = (await azure.read("work-item", [(item.key, item.parent)])).records
    assert moved.parent == other
    assert moved.version is not None
    assert item.version is not None
    assert moved.version > item.version


async def test_a_disabled_repository_is_read_and_has_no_policies(azure: Reader) -> None:
    await azure.list_parents("project", "repository")
    before = await azure.list("repository-policy")
    key = next(iter(before.values())).parent
    azure.sandbox.organization.changes.disable_repository(key)
    parent = azure.parents["repository"][key].parent
    found = await azure.read("repository", [(key, parent)], INCLUDED)
    (record,) = found.records
    assert json.loads(record.body)["isDisabled"] is True
    assert msgspec.json.decode(b"{" + record.extra + b"}") == {"__includedFiles": dict.fromkeys(FILES, "")}
    azure.parents["repository"] = {**azure.parents["repository"], key: record}
    after = await azure.list("repository-policy")
    assert {one.parent for one in before.values()} - {one.parent for one in after.values()} == {key}
