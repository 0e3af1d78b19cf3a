"""Identities: many users and groups in one request."""

from __future__ import annotations

from typing import Any

from azure_devops_sandbox import Access, Organization, Permissions
from azure_devops_sandbox.state.graph import containers, members_of
from contract.sandbox.asking import Client


async def test_memberships_of_many_groups_in_one_request(client: Client, organization: Organization) -> None:
    groups = containers(organization)
    hundred = [groups[place % len(groups)] for place in range(100)]
    descriptors = ",".join(one.descriptor for one in hundred) + ",vssgp.nothing"
    assert len(descriptors) > 8_192
    reply = await client.get(
        f"/_apis/identities?subjectDescriptors={descriptors}&queryMembership=Direct&api-version=7.1"
    )
    *rows, nothing = reply.rows
    assert nothing is None
    assert {one["id"]: one["memberIds"] for one in rows} == {
        one.id: [each.id for each in members_of(organization, one)] for one in groups
    }
    inner = next(one for one in rows if one["memberOf"])
    above: list[Any] = [one for one in rows if one["descriptor"] in inner["memberOf"]]
    assert above
    assert all(inner["id"] in one["memberIds"] and inner["descriptor"] in one["members"] for one in above)
    bare = (await client.get(f"/_apis/identities?subjectDescriptors={inner['subjectDescriptor']}")).rows
    assert [(one["members"], one["memberOf"], one["memberIds"]) for one in bare] == [([], [], [])]


async def test_ways_to_ask_for_identities(client: Client, organization: Organization) -> None:
    user = organization.users[organization.owner.id]
    group = next(iter(organization.groups.values()))
    [by_id, other] = (await client.get(f"/_apis/identities?identityIds={user.id.upper()},{group.id}")).rows
    assert (by_id["subjectDescriptor"], other["subjectDescriptor"]) == (user.descriptor, group.descriptor)
    assert other["providerDisplayName"] == f"[fabrikam]\\{group.name}"
    [again] = (await client.get(f"/_apis/identities?descriptors={other['descriptor']}")).rows
    assert again == other
    for kind, value, found in (
        ("General", user.mail, user.id),
        ("DisplayName", user.identity.display_name, user.id),
        ("MailAddress", user.mail.upper(), user.id),
        ("LocalGroupName", group.name, group.id),
        ("AccountName", group.name, None),
    ):
        rows = (await client.get(f"/_apis/identities?searchFilter={kind}&filterValue={value}")).rows
        assert [one["id"] for one in rows] == ([found] if found else []), kind
    team = next(iter(organization.teams.values()))
    expanded = (await client.get("/_apis/teams?$expandIdentity=true")).rows
    row = next(one["identity"] for one in expanded if one["id"] == team.id)
    [single] = (await client.get(f"/_apis/identities?identityIds={team.id}")).rows
    assert row == single


async def test_what_may_not_be_asked(client: Client, organization: Organization) -> None:
    for query in (
        "",
        "?searchFilter=General",
        "?searchFilter=Odd&filterValue=x",
        "?identityIds=x&queryMembership=All",
    ):
        assert (await client.get(f"/_apis/identities{query}")).status == 400
    many = await client.get(f"/_apis/identities?identityIds={','.join(map(str, range(501)))}")
    assert (many.status, many.json["message"][:8]) == (400, "TF400049")
    organization.grant(Access("graph", organization.owner, frozenset({"vso.graph"})))
    assert (await client.get("/_apis/identities?identityIds=x", token="graph")).status == 401


async def test_hidden_members(client: Client, organization: Organization) -> None:
    team = next(iter(organization.teams.values()))
    ask = f"/_apis/identities?identityIds={team.id},{team.members[0]}&queryMembership=direct"
    assert [one["id"] for one in (await client.get(ask)).rows] == [team.id, team.members[0]]
    hidden = Permissions(hidden_users=frozenset(team.members[:1]))
    organization.changes.set_permissions(client.sandbox.pat, hidden)
    [seen, nobody] = (await client.get(ask)).rows
    assert nobody is None
    assert seen["memberIds"] == team.members[1:]
