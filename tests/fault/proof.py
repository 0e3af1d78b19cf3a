"""What is kept although Azure DevOps has it no more, because nothing proves that it is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azure_devops_sandbox import Organization


def is_kept_without_proof(organization: Organization, key: tuple[str, str], line: Mapping[str, Any]) -> bool:
    """Whether an entity may stay until policy gives it up (three listings and seven days without it).

    A work item that was destroyed leaves no tombstone. What was moved into another project that was then deleted
    cannot be looked for there, because nobody knows that it was moved.
    """
    blueprint, identifier = key
    if blueprint == "azureDevopsWorkItem":
        number = int(identifier.rpartition("/")[2])
        item = organization.work_items.get(number)
        if item is None:
            return number in organization.destroyed_work_items
        now = item.project
    elif blueprint == "azureDevopsRepository" and identifier in organization.repositories:
        now = organization.repositories[identifier].project
    else:
        return False
    return now != line["relations"].get("project") and organization.projects[now].state != "wellFormed"
