"""Users, groups, memberships, licenses and members of teams."""

from __future__ import annotations

from typing import Any

import pytest

from azure_devops_sandbox import Access, Action, Fault, Organization, Permissions, Sizes, seeded
from azure_devops_sandbox.state.people import Group, User
from contract.sandbox.asking import Client, Reply

PREVIEW = "api-version=7.1-preview.1"


@pytest.fixture
def group(organization: Organization) -> Group:
    """A group of a project that has people and teams in it."""
    return next(one for one in organization.groups.values() if one.name == "Contributors")


async def pages(client: Client, path: str) -> list[Reply]:
    """Read a listing to its end."""
    found = [await client.get(path)]
    while found[-1].token is not None:
        mark = "&" if "?" in path else "?"
        found.append(await client.get(f"{path}{mark}continuationToken={found[-1].token}"))
    return found


async def lookup(client: Client, descriptors: list[str]) -> Reply:
    """Look descriptors up."""
    body = {"lookupKeys": [{"descriptor": one} for one in descriptors]}
    return await client.ask("POST", f"/_apis/graph/subjectlookup?{PREVIEW}", body)


@pytest.mark.parametrize(("resource", "largest"), [("users", 7), ("groups", 10)])
async def test_pages_vary_in_size_and_end_without_a_token(
    client: Client, organization: Organization, resource: str, largest: int
) -> None:
    client.sandbox.settings.graph_page = largest
    found = await pages(client, f"/_apis/graph/{resource}?{PREVIEW}")
    sizes = {len(one.rows) for one in found[:-1]}
    assert sizes == {largest, largest - max(1, largest // 5)}
    descriptors = [row["descriptor"] for one in found for row in one.rows]
    assert len(descriptors) == len(set(descriptors))
    subjects: list[User | Group] = [*organization.users.values(), *organization.groups.values()]
    kept = [one for one in subjects if isinstance(one, User) == (resource == "users")]
    live = {one.id for one in organization.live_projects()}
    known = {one.descriptor for one in kept if isinstance(one, User) or one.project in {None, *live}}
    assert known <= set(descriptors)
    assert len(descriptors) == len(known) + (len(organization.teams) if resource == "groups" else 0)


async def test_the_token_comes_in_a_header_of_any_case(client: Client) -> None:
    client.sandbox.settings.graph_page = 3
    client.sandbox.settings.token_header = "X-MS-ContinuationToken"
    reply = await client.get("/_apis/graph/users")
    assert "X-MS-ContinuationToken" in reply.headers
    bad = await client.get("/_apis/graph/users?continuationToken=nonsense")
    assert (bad.status, bad.type_key) == (400, "VssPropertyValidationException")


async def test_types_and_scopes_of_subjects(client: Client, organization: Organization, group: Group) -> None:
    async def kinds(query: str) -> set[str]:
        rows = (await client.get(f"/_apis/graph/users?{query}")).rows
        return {one["descriptor"].split(".")[0] for one in rows}

    assert await kinds("") == {"aad", "msa", "svc"}
    assert await kinds("subjectTypes=msa,SVC") == {"msa", "svc"}
    descriptor = (await client.get(f"/_apis/graph/descriptors/{group.project}?{PREVIEW}")).json["value"]
    assert descriptor.startswith("scp.")
    rows = (await client.get(f"/_apis/graph/groups?scopeDescriptor={descriptor}")).rows
    teams = organization.of_project(organization.teams, str(group.project))
    assert {one["displayName"] for one in rows} >= {"Contributors", "Readers", teams[0].name}
    assert {one["domain"] for one in rows} == {f"vstfs:///Classification/TeamProject/{group.project}"}
    inside = (await client.get(f"/_apis/graph/users?scopeDescriptor={descriptor}")).rows
    assert 0 < len(inside) <= len(organization.users)
    unknown = await client.get("/_apis/graph/groups?scopeDescriptor=scp.nothing")
    assert (unknown.status, unknown.type_key) == (400, "InvalidSubjectTypeException")


async def test_memberships_go_both_ways(client: Client, organization: Organization, group: Group) -> None:
    path = f"/_apis/graph/memberships/{group.descriptor}"
    down = (await client.get(f"{path}?direction=Down&depth=1&{PREVIEW}")).rows
    assert len(down) == len(group.members)
    assert {one["containerDescriptor"] for one in down} == {group.descriptor}
    members = [one["memberDescriptor"] for one in down]
    found = (await lookup(client, [*members, "aad.nobody"])).json
    assert found["count"] == len(members)
    assert set(found["value"]) == set(members)
    assert {one["subjectKind"] for one in found["value"].values()} == {"user", "group"}
    for member in members:
        up = (await client.get(f"/_apis/graph/memberships/{member}?{PREVIEW}")).rows
        assert group.descriptor in {one["containerDescriptor"] for one in up}
    person = next(one for one in members if one.startswith("aad."))
    assert (await client.get(f"/_apis/graph/memberships/{person}?direction=down")).rows == []
    for query in ("depth=2", "direction=sideways"):
        assert (await client.get(f"{path}?{query}")).status == 400


async def test_a_lookup_takes_five_hundred_descriptors(client: Client) -> None:
    assert (await lookup(client, [f"aad.{one}" for one in range(500)])).json == {"count": 0, "value": {}}
    many = await lookup(client, [f"aad.{one}" for one in range(501)])
    assert (many.status, many.json["message"][:8]) == (400, "TF400049")
    for body in ({}, {"lookupKeys": ["x"]}, {"lookupKeys": 3}):
        reply = await client.ask("POST", f"/_apis/graph/subjectlookup?{PREVIEW}", body)
        assert reply.status == 400


async def test_versions_and_what_is_not_there(client: Client, organization: Organization) -> None:
    user, team = next(iter(organization.users.values())), next(iter(organization.teams.values()))
    for path in ("users", "groups", f"users/{user.descriptor}", f"descriptors/{user.id}"):
        assert (await client.get(f"/_apis/graph/{path}?{PREVIEW}")).status == 200
        released = await client.get(f"/_apis/graph/{path}?api-version=7.1")
        assert (released.status, released.type_key) == (400, "VssInvalidPreviewVersionException")
    nobody = "00000000-0000-0000-0000-000000000001"
    for path in (
        "graph/users/aad.nobody",
        "graph/groups/vssgp.nobody",
        f"graph/users/{team.descriptor}",
        f"graph/groups/{user.descriptor}",
        "graph/memberships/aad.nobody",
        f"graph/descriptors/{nobody}",
    ):
        gone = await client.get(f"/_apis/{path}")
        assert (gone.status, gone.type_key) == (404, "GraphSubjectNotFoundException"), path
    assert (await client.get(f"/_apis/userentitlements/{nobody}")).status == 404
    single = (await client.get(f"/_apis/graph/groups/{team.descriptor}")).json
    assert (single["displayName"], single["originId"]) == (team.name, team.id)


async def test_scopes_of_tokens(client: Client, organization: Organization) -> None:
    organization.grant(Access("graph", organization.owner, frozenset({"vso.graph"})))
    organization.grant(Access("licenses", organization.owner, frozenset({"vso.memberentitlementmanagement"})))
    for path, token in (("graph/users", "graph"), ("userentitlements", "licenses")):
        other = {"graph": "licenses", "licenses": "graph"}[token]
        assert (await client.get(f"/_apis/{path}", token=token)).status == 200
        assert (await client.get(f"/_apis/{path}", token=other)).status == 401
    team = next(iter(organization.teams.values()))
    members = f"/_apis/projects/{team.project}/teams/{team.id}/members"
    assert (await client.get(members, token="graph")).status == 401


@pytest.mark.parametrize("key", ["items", "members"])
async def test_pages_of_entitlements(client: Client, organization: Organization, key: Any) -> None:
    client.sandbox.settings.entitlement_page, client.sandbox.settings.entitlement_key = 7, key
    found, token = [], ""
    while True:
        page = (await client.get(f"/_apis/userentitlements?api-version=7.1{token}")).json
        assert set(page) == {key, "continuationToken", "totalCount"}
        found += page[key]
        if page["continuationToken"] is None:
            break
        token = f"&continuationToken={page['continuationToken']}"
    people = [one for one in organization.users.values() if one.kind != "svc"]
    assert [one["id"] for one in found] == [one.id for one in people]
    assert page["totalCount"] == len(people)
    assert {one["accessLevel"]["licenseDisplayName"] for one in found} >= {"Basic", "Stakeholder"}
    assert not any(one["projectEntitlements"] for one in found)


async def test_entitlements_of_older_versions_and_what_is_selected(
    client: Client, organization: Organization
) -> None:
    old = await client.get("/_apis/userentitlements?api-version=6.0-preview.3&top=5&skip=10")
    people = [one for one in organization.users.values() if one.kind != "svc"]
    assert [one["id"] for one in old.rows] == [one.id for one in people[10:15]]
    team = next(iter(organization.teams.values()))
    selected = (await client.get("/_apis/userentitlements?select=projects")).json["items"]
    mine = next(one for one in selected if one["id"] == team.members[0])["projectEntitlements"]
    entry = next(one for one in mine if one["projectRef"]["id"] == team.project)
    assert {"id": team.id, "name": team.name} in entry["teamRefs"]
    single = (await client.get(f"/_apis/userentitlements/{team.members[0]}")).json
    assert single["projectEntitlements"] == mine


async def test_members_of_a_team(client: Client, organization: Organization) -> None:
    changes, team = organization.changes, next(iter(organization.teams.values()))
    path = f"/_apis/projects/{team.project}/teams/{team.id}/members"

    async def members(query: str = "") -> list[tuple[str, bool]]:
        rows = (await client.get(f"{path}{query}")).rows
        return [(one["identity"]["id"], one.get("isTeamAdmin", False)) for one in rows]

    before = await members()
    assert {one for one, admin in before if admin} == team.admins
    assert await members("?$top=2&$skip=1") == before[1:3]
    outsider = next(one for one in organization.users if one not in dict(before))
    changes.add_team_member(team.id, outsider, admin=True)
    assert await members() == [*before, (outsider, True)]
    changes.remove_team_member(team.id, outsider)
    assert await members() == before
    group = changes.create_group("Helpers")
    changes.add_member(group.id, outsider)
    changes.add_member(group.id, before[0][0])
    changes.add_member(team.id, group.id)
    changes.add_member(group.id, team.id)  # a circle
    assert await members() == [*before, (outsider, False)]
    gone = await client.get(f"/_apis/projects/{team.project}/teams/none/members")
    assert (gone.status, gone.type_key) == (404, "TeamNotFoundException")


async def test_hidden_people_groups_and_projects(
    client: Client, organization: Organization, group: Group
) -> None:
    team = organization.of_project(organization.teams, str(group.project))[0]
    user, named = organization.users[team.members[0]], organization.projects[str(group.project)].name
    everyone = next(one for one in organization.groups.values() if one.name == "Engineering")

    async def bodies() -> bytes:
        paths = ["graph/users", "graph/groups", "userentitlements?select=projects"]
        paths += [f"graph/memberships/{one}?direction=up" for one in (organization.owner.descriptor,)]
        paths.append(f"projects/{team.project}/teams/{team.id}/members")
        return b"".join([(await client.get(f"/_apis/{one}")).body for one in paths])

    before = await bodies()
    for one in (user.descriptor, everyone.descriptor, team.descriptor, group.descriptor):
        assert one.encode() in before
    hidden = Permissions(hidden_users=frozenset({user.id}), hidden_groups=frozenset({everyone.id}))
    organization.changes.set_permissions(client.sandbox.pat, hidden)
    after = await bodies()
    assert user.descriptor.encode() not in after
    assert everyone.descriptor.encode() not in after
    assert (await client.get(f"/_apis/graph/users/{user.descriptor}")).status == 404
    assert (await lookup(client, [user.descriptor])).json["value"] == {}
    project = Permissions(hidden_projects=frozenset({str(group.project)}))
    organization.changes.set_permissions(client.sandbox.pat, project)
    after = await bodies()
    assert named.encode() not in after
    assert team.descriptor.encode() not in after
    assert (await client.get(f"/_apis/graph/descriptors/{group.project}")).status == 404


async def test_faults_on_lists_of_people(client: Client) -> None:
    client.sandbox.settings.entitlement_page = client.sandbox.settings.graph_page = 10
    faults = client.sandbox.faults
    faults.add(Fault(action=Action.TRIM, route="graph-users.list", count=2, times=1))
    faults.add(Fault(action=Action.REPEAT_TOKEN, route="user-entitlements.list", times=1))
    faults.add(Fault(action=Action.NOT_FOUND, route="graph-memberships.list", times=1))
    assert len((await client.get("/_apis/graph/users")).rows) == 8
    first = (await client.get("/_apis/userentitlements")).json
    again = await client.get(f"/_apis/userentitlements?continuationToken={first['continuationToken']}")
    assert again.json["items"] == first["items"]
    gone = await client.get("/_apis/graph/memberships/aad.x")
    assert gone.type_key == "GraphSubjectNotFoundException"
    assert len(faults.log) == 3


async def test_verbs_over_people(client: Client, organization: Organization) -> None:
    changes, group = organization.changes, next(iter(organization.groups.values()))
    user = changes.add_user("Zofia Kowalska-Łąkowa", license="advanced")
    assert user.mail == "zofia.kowalskalakowa@fabrikam.example"
    changes.add_member(group.id, user.id)
    path = f"/_apis/userentitlements/{user.id}"
    fresh = (await client.get(path)).json
    assert (fresh["accessLevel"]["status"], fresh["lastAccessedDate"]) == ("pending", "0001-01-01T00:00:00Z")
    changes.sign_in(user.id)
    changes.change_user(user.id, license="enterprise")
    level = (await client.get(path)).json["accessLevel"]
    assert (level["status"], level["msdnLicenseType"], level["licensingSource"]) == (
        "active",
        "enterprise",
        "msdn",
    )
    changes.remove_user(user.id)
    assert (await client.get(path)).status == 404
    assert user.id not in group.members
    inner = changes.create_group("Inner", next(iter(organization.projects)), "About")
    changes.add_member(group.id, inner.id)
    changes.rename_group(inner.id, "Outer")
    assert (await client.get(f"/_apis/graph/groups/{inner.descriptor}")).json["displayName"] == "Outer"
    changes.delete_group(inner.id)
    assert inner.id not in group.members
    for wrong in (
        lambda: changes.add_member(group.id, "nobody"),
        lambda: changes.remove_member(group.id, inner.id),
        lambda: changes.change_user(organization.owner.id, license="gold"),
        lambda: changes.add_user("X", kind="svc"),
        lambda: changes.rename_group("nothing", "x"),
    ):
        with pytest.raises(LookupError):
            wrong()


async def test_a_new_name_is_seen_everywhere(client: Client, organization: Organization) -> None:
    item = next(one for one in organization.work_items.values() if one.deleted is None)
    author = item.fields["System.CreatedBy"]
    before = (await client.get(f"/_apis/wit/workitems/{item.id}")).json
    organization.changes.rename_user(author.id, "Someone Else")
    after = (await client.get(f"/_apis/wit/workitems/{item.id}")).json
    assert after["fields"]["System.CreatedBy"]["displayName"] == "Someone Else"
    assert after["rev"] == before["rev"]
    assert (await client.get(f"/_apis/graph/users/{author.descriptor}")).json["displayName"] == "Someone Else"


def test_seeded_people_look_like_people() -> None:
    organization = seeded(1, Sizes(users=400, authors=150), name="Contoso")
    people = [one for one in organization.users.values() if one.kind != "svc"]
    assert len(people) == 400
    assert len({one.descriptor for one in organization.users.values()}) == len(organization.users)
    names = [one.identity.display_name for one in people]
    assert len(set(names)) == 400
    assert not any(letter.isdigit() for name in names for letter in name)
    mails = {one.mail for one in people if one.kind == "aad"}
    assert all(one.endswith("@contoso.example") and one.isascii() for one in mails)
    assert len(mails) == len([one for one in people if one.kind == "aad"])
    assert {one.status for one in people} == {"active", "pending", "disabled"}
