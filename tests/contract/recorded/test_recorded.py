"""The answers that Microsoft recorded go through reading, mapping and catalog as they are.

What the mapping cannot make anything of is explained, and nothing crashes. The recordings were made in different
organizations: a record whose project or repository is not among the recorded ones is frozen, and says so.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from azure_devops_sandbox import Sizes, seeded
from contract.recorded.recorded_answers import (
    BOARD,
    COLUMNS,
    EXAMPLES,
    POLICIES,
    PROJECTS,
    RELEASES,
    REPOSITORIES,
    RecordedServer,
    fields_of,
    recorded,
    served,
    work_items,
)
from fault.product import Outcome, Product, SandboxTime, rules_of

pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir() and not os.environ.get("CI"),
    reason="needs Microsoft's recorded answers: FAIRLEAD_SPECS names their folder",
)

Line = dict[str, Any]


@dataclass(frozen=True)
class Read:
    """What became of the recorded answers."""

    outcome: Outcome
    again: Outcome
    entities: dict[tuple[str, str], Line]
    server: RecordedServer

    def of(self, blueprint: str) -> dict[str, Line]:
        """The entities of a blueprint by identifier."""
        return {identifier: line for (name, identifier), line in self.entities.items() if name == blueprint}


@pytest.fixture
async def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    monkeypatch.setenv("NO_PROXY", "*")
    time = SandboxTime(seeded(1, Sizes.preset("empty")))
    async with served() as (url, server), rules_of("port") as rules:
        product = Product(tmp_path / "catalog.db", url, "a-token", time, rules)
        outcome = await product.sync("full")
        again = await product.sync("full")
        found = [json.loads(line) for line in await product.export(stubs=False)]
    return Read(outcome, again, {(one["blueprint"], one["identifier"]): one for one in found}, server)


def test_the_recordings_are_there_in_ci() -> None:
    assert EXAMPLES.is_dir(), "CI reads Microsoft's recorded answers: FAIRLEAD_SPECS names their folder"


async def test_every_request_has_a_recorded_answer(read: Read) -> None:
    """But for the list of all teams, which nobody recorded: the teams of each project are asked for instead."""
    assert {request.partition("?")[0] for request in read.server.unknown} == {"GET /fabrikam/_apis/teams"}


async def test_projects(read: Read) -> None:
    expected = recorded(PROJECTS)["value"]
    found = read.of("azureDevopsProject")
    assert found.keys() == {one["id"] for one in expected}
    for one in expected:
        line = found[one["id"]]
        assert line["title"] == one["name"]
        # The recordings are of the first version: what they lack is absent, not null.
        assert line["properties"] == {
            "state": "wellFormed",
            "link": one["url"].replace("_apis/projects/", ""),
        }


async def test_repositories(read: Read) -> None:
    expected = recorded(REPOSITORIES)["value"]
    found = read.of("azureDevopsRepository")
    assert found.keys() == {one["id"] for one in expected}
    for one in expected:
        line = found[one["id"]]
        assert line["title"] == one["name"]
        assert line["properties"]["url"] == one["remoteUrl"]
        assert line["properties"]["readme"] == ""
        assert line["relations"] == {"project": one["project"]["id"]}


async def test_policies(read: Read) -> None:
    """Read, and laid over the repositories; the mapping asks for types by another name than these old ones have."""
    names = {one["type"]["displayName"] for one in recorded(POLICIES)["value"]}
    assert "Minimum number of reviewers" not in names
    assert read.outcome.report
    reading = next(one for one in read.outcome.report.readings if one.kind == "repository-policy")
    assert reading.state == "proved"
    assert reading.records >= 2
    found = read.of("azureDevopsRepository").values()
    assert not any("minimumApproverCount" in line["properties"] for line in found)


async def test_work_items(read: Read) -> None:
    known = {one["name"] for one in recorded(PROJECTS)["value"]}
    ids = {one["name"]: one["id"] for one in recorded(PROJECTS)["value"]}
    found = read.of("azureDevopsWorkItem")
    frozen = {one.record: one.reason for one in read.outcome.report.frozen} if read.outcome.report else {}
    assert work_items()
    for number, item in work_items().items():
        fields = fields_of(item)
        project = fields.get("System.TeamProject")
        if project not in known:
            assert "is not known" in frozen[str(number)]
            continue
        line = found[f"{ids[project]}/{number}"]
        assert line.get("title") == fields.get("System.Title")
        assert line["properties"].get("state") == fields.get("System.State")
        assert line["properties"]["effort"] == fields.get("Microsoft.VSTS.Scheduling.Effort", -1)
        created = fields.get("System.CreatedBy")
        expected = created.get("displayName") if isinstance(created, dict) else None
        assert line["properties"].get("createdBy") == expected


async def test_boards_and_columns(read: Read) -> None:
    assert read.of("azureDevopsBoard").keys() == {BOARD}
    columns = recorded(COLUMNS)["value"]
    project = read.of("azureDevopsBoard")[BOARD]["relations"]["project"]
    assert read.of("azureDevopsColumn").keys() == {
        f"{kind}/{column['name']}/{project}".replace(" ", "")
        for column in columns
        for kind in column["stateMappings"]
    }


async def test_releases(read: Read) -> None:
    expected = recorded(RELEASES)["value"]
    found = read.of("azureDevopsRelease")
    assert found.keys() == {f"{one['projectReference']['id']}/{one['id']}" for one in expected}
    for one in expected:
        line = found[f"{one['projectReference']['id']}/{one['id']}"]
        assert line["title"] == one["name"]
        assert line["properties"]["status"] == one["status"]
        assert line["properties"]["createdBy"] == one["createdBy"]["uniqueName"]
        assert line["properties"]["link"] == one["_links"]["web"]["href"]


async def test_what_cannot_be_used_is_explained_and_the_exit_code_says_so(read: Read) -> None:
    assert read.outcome.error is None
    assert read.outcome.report
    assert all(one.reason for one in read.outcome.report.frozen)
    assert read.outcome.exit_code == (3 if read.outcome.report.frozen_count else 0)
    assert [one.reasons for one in read.outcome.report.readings if one.state != "proved"] == []


async def test_the_same_answers_once_more_change_nothing(read: Read) -> None:
    assert read.again.error is None
    assert read.again.changes == ()
