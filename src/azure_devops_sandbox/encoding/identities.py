"""Users and groups as the area `ims` answers them: the older form, which knows who belongs to what."""

from __future__ import annotations

from typing import Any

import orjson

from azure_devops_sandbox.formats import security_id
from azure_devops_sandbox.state.access import EVERYTHING, Permissions
from azure_devops_sandbox.state.graph import Container, Subject, containers_of, members_of
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.people import User

from . import kept
from .graph import group_domain, group_principal


def identity_descriptor(organization: Organization, subject: Subject) -> str:
    """Return the older descriptor of a user or group."""
    if not isinstance(subject, User):
        return f"Microsoft.TeamFoundation.Identity;{security_id(subject.id)}"
    if subject.kind == "svc":
        service = f"{organization.instance_id}:{subject.domain}:{subject.origin_id}"
        return f"Microsoft.TeamFoundation.ServiceIdentity;{service}"
    return f"Microsoft.IdentityModel.Claims.ClaimsIdentity;{subject.domain}\\{subject.identity.unique_name}"


def identity_item(
    organization: Organization, subject: Subject, *, direct: bool, permissions: Permissions = EVERYTHING
) -> bytes:
    """Return a user or group, with `direct` with those it is in and those that are in it."""

    def build() -> dict[str, Any]:
        above = containers_of(organization, subject.id) if direct else []
        below = [] if isinstance(subject, User) or not direct else members_of(organization, subject)
        members = [one for one in below if permissions.sees_subject(one)]
        return {
            "id": subject.id,
            "descriptor": identity_descriptor(organization, subject),
            "subjectDescriptor": subject.descriptor,
            **(_of_user(subject) if isinstance(subject, User) else _of_group(organization, subject)),
            "members": [identity_descriptor(organization, one) for one in members],
            "memberOf": [
                identity_descriptor(organization, one) for one in above if permissions.sees_subject(one)
            ],
            "memberIds": [one.id for one in members],
            "resourceVersion": 2,
        }

    if direct and permissions != EVERYTHING:
        return orjson.dumps(build())
    # Who belongs to what, and the name of a project, are not kept with the subject.
    return kept(subject, f"identity {direct}", organization.version, build)


def _of_user(user: User) -> dict[str, Any]:
    return {
        "providerDisplayName": user.identity.display_name,
        "isActive": user.status == "active",
        "properties": _properties(
            SchemaClassName="User",
            Description="",
            Domain=user.domain,
            Account=user.identity.unique_name,
            DN="",
            Mail=user.mail,
            SpecialType="Generic",
        ),
        "metaTypeId": {"member": 0, "guest": 1}.get(user.meta_type or "", 255),
    }


def _of_group(organization: Organization, group: Container) -> dict[str, Any]:
    return {
        "providerDisplayName": group_principal(organization, group),
        "isActive": True,
        "isContainer": True,
        "properties": _properties(
            SchemaClassName="Group",
            Description=group.description,
            Domain=group_domain(organization, group),
            Account=group.name,
            SecurityGroup="SecurityGroup",
            SpecialType="Generic",
        ),
        "metaTypeId": 255,
    }


def _properties(**values: str) -> dict[str, dict[str, str]]:
    return {name: {"$type": "System.String", "$value": value} for name, value in values.items()}
