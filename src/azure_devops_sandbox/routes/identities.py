"""Identities: many users and groups in one request, with who belongs to what.

Facts: at most 500 in one request, else TF400049; an identity that is not there is null (reference of the API,
parts 1.5 and 6).
"""

from __future__ import annotations

from azure_devops_sandbox.calls import Answer, Call, bad_argument
from azure_devops_sandbox.encoding.identities import identity_descriptor, identity_item
from azure_devops_sandbox.paging import whole
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.graph import Subject, containers, find_by_descriptor, find_by_id
from azure_devops_sandbox.state.people import User

from .missing import SUBJECTS_AT_ONCE, too_many_subjects

SCOPE = "vso.identity"
_SEARCHES = ("general", "accountname", "displayname", "mailaddress", "localgroupname")


def _asked(call: Call) -> list[Subject | None]:
    """Return the subjects that the query names, None for those that are not there."""
    organization = call.organization
    if call.text("subjectDescriptors") is not None:
        words = call.words("subjectDescriptors")
        return [find_by_descriptor(organization, one) for one in words]
    if call.text("identityIds") is not None:
        return [find_by_id(organization, one.lower()) for one in call.words("identityIds")]
    if call.text("descriptors") is not None:
        known = organization.derived("subjects by older descriptor", lambda: _by_older(call))
        return [known.get(one) for one in call.words("descriptors")]
    return [*_found(call)]


def _everyone(call: Call) -> list[Subject]:
    return [*call.organization.users.values(), *containers(call.organization)]


def _by_older(call: Call) -> dict[str, Subject]:
    return {identity_descriptor(call.organization, one): one for one in _everyone(call)}


def _found(call: Call) -> list[Subject]:
    """Return the subjects with a name, account or mail address. Raises ApiError (400) if none is asked for."""
    kind, value = (call.text("searchFilter") or "").lower(), (call.text("filterValue") or "").casefold()
    if kind not in _SEARCHES or not value:
        raise bad_argument(
            "The identities need subjectDescriptors, identityIds, descriptors or a searchFilter."
        )
    return [one for one in _everyone(call) if value in _names(one, kind)]


def _names(subject: Subject, kind: str) -> set[str]:
    if not isinstance(subject, User):
        return {subject.name.casefold()} if kind in {"general", "displayname", "localgroupname"} else set()
    person = subject.identity
    names = {
        "displayname": person.display_name,
        "accountname": person.unique_name,
        "mailaddress": subject.mail,
    }
    return {text.casefold() for name, text in names.items() if kind in {"general", name}}


def identities_list(call: Call) -> Answer:
    """Return users and groups; with `queryMembership=direct` also who belongs to what."""
    wanted = (call.text("queryMembership") or "none").lower()
    if wanted not in {"none", "direct"}:
        raise bad_argument(f"The value '{wanted}' of 'queryMembership' is not valid.")
    organization, permissions = call.organization, call.access.permissions
    asked = _asked(call)
    if len(asked) > SUBJECTS_AT_ONCE:
        raise too_many_subjects(len(asked))
    return whole(
        call,
        [
            b"null"
            if one is None or not permissions.sees_subject(one)
            else identity_item(organization, one, direct=wanted == "direct", permissions=permissions)
            for one in asked
        ],
    )


ROUTES = (Route("identities.list", "GET", "o", "_apis/identities", identities_list, SCOPE),)
