"""Objects to JSON bytes, in the shapes of Azure DevOps 7.1.

The keys follow the definitions of the OpenAPI files and the recorded examples; the contract tests compare
every answer with both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.people import Group
from azure_devops_sandbox.state.records import Identity, Stateful, Team


def kept(one: Stateful, form: str, stamp: int, build: Callable[[], Any]) -> bytes:
    """Return the bytes of an object in this form, encoded again only when the stamp changed."""
    found = one.cache.get(form)
    if found is not None and found[0] == stamp:
        return found[1]
    data = orjson.dumps(build())
    one.cache[form] = (stamp, data)
    return data


def link(href: str) -> dict[str, str]:
    """Return one entry of `_links`."""
    return {"href": href}


def person(organization: Organization, identity: Identity) -> orjson.Fragment:
    """Return an identity reference."""
    data = organization.lasting.get(identity.id)
    if data is None:
        found = named(organization, identity.display_name, identity.unique_name, identity)
        data = organization.lasting[identity.id] = orjson.dumps({**found, "descriptor": identity.descriptor})
    return orjson.Fragment(data)


def named(
    organization: Organization, display_name: str, unique_name: str, subject: Identity | Group | Team
) -> dict[str, Any]:
    """Return the reference to a person or group with these names, without its descriptor."""
    base = organization.base_url
    avatar = f"{base}/_apis/GraphProfile/MemberAvatars/{subject.descriptor}"
    return {
        "displayName": display_name,
        "url": f"{base}/_apis/Identities/{subject.id}",
        "_links": {"avatar": link(avatar)},
        "id": subject.id,
        "uniqueName": unique_name,
        "imageUrl": avatar,
    }
