"""Objects to JSON bytes, in the shapes of Azure DevOps 7.1.

The keys follow the definitions of the OpenAPI files and the recorded examples; the contract tests compare
every answer with both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.records import Identity, Stateful


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
        base = organization.base_url
        data = organization.lasting[identity.id] = orjson.dumps(
            {
                "displayName": identity.display_name,
                "url": f"{base}/_apis/Identities/{identity.id}",
                "_links": {"avatar": link(f"{base}/_apis/GraphProfile/MemberAvatars/{identity.descriptor}")},
                "id": identity.id,
                "uniqueName": identity.unique_name,
                "imageUrl": f"{base}/_apis/GraphProfile/MemberAvatars/{identity.descriptor}",
                "descriptor": identity.descriptor,
            }
        )
    return orjson.Fragment(data)
