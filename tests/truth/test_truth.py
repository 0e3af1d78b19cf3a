"""A full sync into a fresh catalog is the truth: every entity of every blueprint, field by field."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from azure_devops_sandbox import Organization, Sizes, seeded
from fairlead.mapping import presets
from fault.product import Rules, installed, rules_of
from truth import Comparison, compare, truth_of

SIZES = {
    "empty": Sizes.preset("empty"),
    "tiny": Sizes.preset("tiny"),
    "small": Sizes.preset("small"),
    "with trees": replace(Sizes.preset("tiny"), monorepos=3),
    "uneven": Sizes(5, 40, 60, 12, 2, 150, 40, 90, 4),
}
CASES = [
    ("empty", 1),
    ("tiny", 2),
    ("small", 1),
    ("small", 2),
    ("small", 3),
    ("uneven", 4),
    ("uneven", 5),
    ("with trees", 6),
]
Properties = Mapping[str, Any]
WRONG: list[tuple[str, str, str, str, Callable[[Properties], bool]]] = [
    # What is written, what is put in its place, the blueprint and the property that are then wrong, and for which
    # entities they are: those where the two expressions do not happen to agree.
    (".visibility", ".state", "azureDevopsProject", "visibility", lambda p: p["visibility"] != p["state"]),
    ('.__includedFiles["CODEOWNERS"]', '.__includedFiles["README.md"]', "azureDevopsRepository", "codeowners",
     lambda p: p["codeowners"] != p["readme"]),
    (".settings.minimumApproverCount", ".settings.minimumApproverCount + 1", "azureDevopsRepository",
     "minimumApproverCount", lambda p: "minimumApproverCount" in p),
    (".isEnabled and .isBlocking", ".isEnabled and .isBlocking | not", "azureDevopsRepository", "workItemLinking",
     lambda p: "workItemLinking" in p),
    ('.fields."System.Reason"', '.fields."System.State"', "azureDevopsWorkItem", "reason",
     lambda p: p["reason"] != p["state"]),
    (".modifiedOn", ".createdOn", "azureDevopsRelease", "modifiedDate",
     lambda p: p["modifiedDate"] != p["createdDate"]),
]  # fmt: skip


async def synced(organization: Organization, directory: Path, rules: Rules, preset: str) -> Comparison:
    async with installed(directory, organization, rules) as (_, product):
        outcome = await product.sync("full")
        assert outcome.exit_code == 0, outcome
        found = compare(await product.export(), truth_of(organization, preset))
    sys.stdout.write(f"{found}\n")
    return found


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.mark.parametrize("preset", ["port", "port-script", "standard", "every-kind"])
@pytest.mark.parametrize(("size", "seed"), CASES)
async def test_a_full_sync_is_the_truth(preset: str, size: str, seed: int, tmp_path: Path) -> None:
    organization = seeded(seed, SIZES[size])
    async with rules_of(preset) as rules:
        found = await synced(organization, tmp_path, rules, preset)
    assert found.differing == {}
    assert sum(found.compared.values()) >= len(organization.live_projects())


@pytest.mark.parametrize(
    ("right", "wrong", "blueprint", "field", "differs"), WRONG, ids=[one[3] for one in WRONG]
)
async def test_a_wrong_expression_is_found(
    right: str, wrong: str, blueprint: str, field: str, differs: Callable[[Properties], bool], tmp_path: Path
) -> None:
    text = presets.load("port").mapping_text
    assert text.count(right) == 1
    organization = seeded(3, SIZES["small"])
    async with rules_of("port", text.replace(right, wrong)) as rules:
        found = await synced(organization, tmp_path, rules, "port")
    truth = truth_of(organization, "port")
    expected = {key for key, one in truth.items() if key[0] == blueprint and differs(one.properties)}
    assert expected
    assert found.differing.keys() == expected
    for what in found.differing.values():
        assert what.startswith(f"properties.{field}: ")
        assert "; " not in what
