"""Files and folders through whole syncs: a quiet one is cheap, and only what is proved gone goes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from azure_devops_sandbox import Organization, Permissions, Sandbox, Sizes, seeded
from azure_devops_sandbox.state.records import Repository
from fault.product import Product, Rules, installed, rules_of

_MAPPING = """
resources:
  - kind: repository
    selector: {query: 'true'}
    port:
      entity:
        mappings: {identifier: .id, blueprint: '"azureDevopsRepository"', title: .name}
  - kind: file
    selector:
      query: 'true'
      files: {path: [config/*, services/*/service.yaml]}
    port:
      entity:
        mappings:
          identifier: '"file " + .repo.id + "/" + .file.path'
          blueprint: '"azureDevopsRepository"'
          title: (.file.content.parsed | if type == "object" then .name else null end) // .file.path
          properties: {size: .file.size}
  - kind: folder
    selector:
      query: 'true'
      folders: [{path: services/*}]
    port:
      entity:
        mappings:
          identifier: '"folder " + .__repository.id + .path'
          blueprint: '"azureDevopsRepository"'
          title: .path
"""
_GONE = "config/latin.txt"


@pytest.fixture
def organization() -> Organization:
    return seeded(1, replace(Sizes.preset("tiny"), monorepos=2))


@pytest.fixture
async def rules() -> AsyncIterator[Rules]:
    async with rules_of("port", _MAPPING) as found:
        yield found


def _monorepo(organization: Organization) -> Repository:
    return next(
        one for one in organization.repositories.values() if f"/{_GONE}" in one.trees["refs/heads/main"]
    )


async def _names(product: Product, kind: str) -> set[str]:
    found = [json.loads(line)["identifier"] for line in await product.export(stubs=False)]
    return {one for one in found if one.startswith(f"{kind} ")}


async def _synced(sandbox: Sandbox, product: Product, mode: str = "full") -> dict[str, int]:
    sandbox.ledger.reset()
    outcome = await product.sync(mode)  # type: ignore[arg-type]  # one of the two modes
    assert outcome.exit_code == 0, str(outcome)
    return {route: sandbox.ledger.count(route) for route in ("items.batch", "blobs.zip", "blobs.get")}


async def test_what_did_not_change_is_not_read_again(
    tmp_path: Path, organization: Organization, rules: Rules
) -> None:
    async with installed(tmp_path, organization, rules) as (sandbox, product):
        first = await _synced(sandbox, product)
        repository = _monorepo(organization)
        assert f"file {repository.id}/{_GONE}" in await _names(product, "file")
        assert await _names(product, "folder")
        for mode in ("full", "incremental"):
            again = await _synced(sandbox, product, mode)
            assert again == {"items.batch": first["items.batch"], "blobs.zip": 0, "blobs.get": 0}
        organization.changes.set_file(repository.id, "/config/many.yaml", "name: new\n")
        changed = await _synced(sandbox, product, "incremental")
        assert (changed["blobs.zip"], changed["blobs.get"]) == (0, 1)


async def test_a_file_goes_when_it_is_deleted_and_not_when_it_cannot_be_seen(
    tmp_path: Path, organization: Organization, rules: Rules
) -> None:
    repository = _monorepo(organization)
    async with installed(tmp_path, organization, rules) as (sandbox, product):
        await _synced(sandbox, product)
        files, folders = await _names(product, "file"), await _names(product, "folder")
        organization.changes.disable_repository(repository.id)
        await _synced(sandbox, product)
        assert (await _names(product, "file"), await _names(product, "folder")) == (files, folders)
        organization.changes.disable_repository(repository.id, disabled=False)
        hidden = Permissions(hidden_repositories=frozenset({repository.id}))
        organization.changes.set_permissions(sandbox.pat, hidden)
        await product.sync("full")
        assert files - await _names(product, "file") == set()
        organization.changes.set_permissions(sandbox.pat)
        organization.changes.remove_file(repository.id, f"/{_GONE}")
        outcome = await product.sync("full")
        assert files - await _names(product, "file") == {f"file {repository.id}/{_GONE}"}
        assert outcome.report is not None
        assert {one.kind: one.gone for one in outcome.report.readings if one.gone} == {"file": 1}
