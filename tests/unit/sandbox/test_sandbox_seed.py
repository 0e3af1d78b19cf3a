"""Seeded organizations: always the same, as large as asked, and with everything odd in them."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace

import orjson
import pytest

from azure_devops_sandbox import Organization, Sizes, catalog_entities, seeded, state_of
from azure_devops_sandbox.changes.random_change import random_change
from azure_devops_sandbox.sizes import PRESETS


def _digest(organization: Organization) -> str:
    return hashlib.sha256(orjson.dumps(state_of(organization))).hexdigest()


def test_the_same_seed_gives_the_same_organization() -> None:
    assert _digest(seeded(3)) == _digest(seeded(3))
    assert _digest(seeded(3)) != _digest(seeded(4))


def test_the_same_changes_give_the_same_organization() -> None:
    digests = []
    for _ in range(2):
        organization, rng = seeded(3), random.Random(5)
        told = [random_change(organization, rng) for _ in range(300)]
        digests.append((_digest(organization), told))
    assert digests[0] == digests[1]


@pytest.mark.parametrize("entities", [100, 500, 2_000, 5_000])
def test_sizes_for_a_number_of_entities(entities: int) -> None:
    found = catalog_entities(seeded(1, Sizes.for_entities(entities)))
    assert sum(found.values()) == entities


def test_the_mix_of_twenty_thousand() -> None:
    sizes = Sizes.for_entities(20_000)
    assert (sizes.projects, sizes.repositories, sizes.teams, sizes.work_items) == (60, 900, 130, 13_000)
    assert 1_000 < sizes.releases < 5_000


@pytest.mark.parametrize("preset", ["empty", "tiny", "small", "medium", "demo"])
def test_presets_have_their_sizes(preset: str) -> None:
    sizes = PRESETS[preset]
    organization = seeded(2, sizes)
    found = catalog_entities(organization)
    assert found["project"] == sizes.projects
    assert found["repository"] == sizes.repositories
    assert found["work-item"] == sizes.work_items
    assert found["release"] == sizes.releases
    assert len(organization.policies) == sizes.policies
    assert len(organization.projects) == sizes.projects + sizes.extra_projects


def test_there_is_something_of_everything() -> None:
    organization = seeded(1, Sizes.preset("medium"))
    names = "".join(
        one.name
        for group in (organization.projects, organization.repositories, organization.teams)
        for one in group.values()
    )
    assert {" ", "(", "%", "#", "&", "ü", "デ"} <= set(names)
    repositories = list(organization.repositories.values())
    assert {one.default_branch for one in repositories} == {None, "refs/heads/main", "refs/heads/master"}
    assert any(one.disabled for one in repositories)
    assert any(one.parent for one in repositories)
    files = [one.trees[one.default_branch] for one in repositories if one.default_branch]
    assert any("/README.md" not in one for one in files)
    assert any("/CODEOWNERS" not in one for one in files)
    readmes = [one["/README.md"] for one in files if "/README.md" in one]
    assert b"" in readmes
    assert any(one.startswith(b"\xef\xbb\xbf") for one in readmes)
    assert any(b"\xe9" in one and b"\xc3" not in one for one in readmes)
    assert {one.state for one in organization.projects.values()} >= {
        "wellFormed",
        "deleting",
        "deleted",
        "createPending",
    }
    assert any(one.source_control == "Tfvc" for one in organization.projects.values())
    kinds = {one.fields["System.WorkItemType"] for one in organization.work_items.values()}
    assert {"Feature", "Product Backlog Item", "Risk & Opportunity"} <= kinds
    assert any(
        "Microsoft.VSTS.Scheduling.Effort" not in one.fields for one in organization.work_items.values()
    )
    match_kinds = {one.settings["scope"][0]["matchKind"] for one in organization.policies.values()}
    assert match_kinds == {"Exact", "Prefix", "DefaultBranch"}
    assert any(one.deleted for one in organization.releases.values())


def test_a_thousand_random_changes_leave_a_consistent_organization() -> None:
    organization, rng = seeded(1), random.Random(9)
    for _ in range(1_000):
        organization.changes.random_change(rng)
    for item in organization.work_items.values():
        assert item.fields["System.TeamProject"] == organization.projects[item.project].name
        assert [one.rev for one in organization.revisions if one.id == item.id][-1] == item.rev
    marks = [one.watermark for one in organization.revisions]
    assert marks == sorted(set(marks))
    assert not organization.destroyed_work_items & {one.id for one in organization.revisions}


def test_monorepos_have_folders_and_odd_files_and_change_nothing_else() -> None:
    plain, organization = seeded(1), seeded(1, replace(Sizes(), monorepos=3))
    trees = []
    for before, after in zip(plain.repositories.values(), organization.repositories.values(), strict=True):
        assert (before.id, before.name, before.heads) == (after.id, after.name, after.heads)
        for branch, files in before.trees.items():
            assert files.items() <= after.trees[branch].items()
        if before.trees != after.trees:
            trees.append(after.trees[after.default_branch or ""])
    assert len(trees) == 3
    assert all(any(path.endswith("/service.yaml") for path in tree) for tree in trees)
    odd = trees[0]
    assert {" ", "[", "{", "@", "!", "%", "ö", "デ"} <= set("".join(odd))
    assert any(len(content) > 1024 * 1024 for content in odd.values())
    assert any(content == b"" for content in odd.values())
    assert any(content.startswith(b"\xef\xbb\xbf") for content in odd.values())
    assert any(b"\x00" in content for content in odd.values())
    unchanged = {**state_of(plain), "repositories": None}
    assert {**state_of(organization), "repositories": None} == unchanged


def test_the_demo_has_the_names_of_a_company() -> None:
    organization = seeded(1, Sizes.preset("demo"))
    names = [(one.project, one.name) for one in organization.repositories.values()]
    assert len(set(names)) == len(names) == 240
    assert {one.name for one in organization.live_projects()} >= {"Storefront", "Payments", "Data Platform"}
    assert not any(name[-1].isdigit() for _, name in names)
    assert all(one.description != f"Everything about {one.name}" for one in organization.projects.values())
