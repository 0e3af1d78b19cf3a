"""The rules of single kinds: which policies apply, what files hold, which filters took effect."""

from __future__ import annotations

import json

import msgspec
import pytest
from aiohttp import web

from fairlead.azure.contents import text_of
from fairlead.azure.http.calls import Query
from fairlead.azure.kinds import release
from fairlead.azure.kinds.registry import KINDS
from fairlead.azure.kinds.repository import included_paths
from fairlead.model.errors import IncompleteReading, NotThere
from fairlead.model.kinds import FetchSpec
from fairlead.model.readings import EVERY, Chain
from fairlead.model.records import Record
from unit.azure.scripted import answer, fetch, listing, numbers, parent, problem, reading

PROJECT = {"id": "p1", "name": "P 1", "state": "wellFormed"}


def repository(key: str, branch: str | None = "refs/heads/main", **more: object) -> Record:
    body = {"id": key.upper(), "project": PROJECT, **({"defaultBranch": branch} if branch else {}), **more}
    return parent("repository", key, body, "p1")


def keys(configuration: object, *repositories: Record) -> list[str]:
    parents = {"repository": {one.key: one for one in repositories}}
    drafts = KINDS["repository-policy"].drafts(msgspec.json.encode(configuration), "p1", parents)
    return [draft.key for draft in drafts]


@pytest.mark.parametrize(
    ("scope", "applies"),
    [
        ({"repositoryId": None}, True),
        ({"repositoryId": "R1"}, True),
        ({"repositoryId": "r2"}, False),
        ({"repositoryId": "r1", "refName": "refs/heads/main", "matchKind": "Exact"}, True),
        ({"repositoryId": "r1", "refName": "refs/heads/mai", "matchKind": "exact"}, False),
        ({"repositoryId": None, "refName": "refs/heads/ma", "matchKind": "Prefix"}, True),
        ({"repositoryId": None, "refName": "refs/heads/release/", "matchKind": "Prefix"}, False),
        ({"repositoryId": None, "refName": None, "matchKind": "DefaultBranch"}, True),
        ({"refName": "refs/heads/other"}, False),
    ],
)
def test_where_a_policy_applies(scope: object, applies: bool) -> None:
    configuration = {"id": 7, "revision": 3, "settings": {"scope": [{"repositoryId": "zz"}, scope]}}
    assert keys(configuration, repository("r1")) == (["r1/7"] if applies else [])
    # Without a default branch only the repository is compared.
    elsewhere = isinstance(scope, dict) and scope.get("repositoryId") == "r2"
    assert keys(configuration, repository("r1", None)) == ([] if elsewhere else ["r1/7"])


@pytest.mark.parametrize(
    "settings",
    [{}, {"scope": None}, {"scope": []}, {"scope": "odd"}, {"scope": [1]}, {"scope": [{"refName": 5}]}],
)
def test_a_policy_without_a_scope_that_can_be_read_applies_nowhere(settings: object) -> None:
    assert keys({"id": 7, "settings": settings}, repository("r1")) == []


def test_which_repositories_have_policies() -> None:
    configuration = {"id": 7, "settings": {"scope": [{"repositoryId": None}]}}
    deleting = {**PROJECT, "state": "deleting"}
    others = parent("repository", "r5", {"id": "r5", "project": {"id": "p2"}}, "p2")
    found = keys(
        configuration,
        repository("r1"),
        repository("r2", isDisabled=True),
        repository("r3", project=deleting),
        repository("r4", isDisabled=False),
        others,
    )
    assert found == ["r1/7", "r4/7"]
    assert keys({**configuration, "isDeleted": True}, repository("r1")) == []


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        (b"# Caf\xc3\xa9\r\n", "# Café\r\n"),
        (b"\xef\xbb\xbfhello", "hello"),
        (b"\xff\xfeh\x00i\x00", None),
        (b"nul \x00 byte", "nul \x00 byte"),
    ],
)
def test_the_text_of_a_file(content: bytes, text: str | None) -> None:
    assert text_of(content) == text


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (lambda: web.Response(body=b"hi", content_type="application/octet-stream"), "hi"),
        (lambda: answer({"objectId": "a", "path": "/README.md", "content": "\ufeffhi"}), "hi"),
        (lambda: answer({"name": "a package"}), '{"name":"a package"}'),
        (
            lambda: web.Response(body=b"x" * (1024 * 1024), content_type="application/octet-stream"),
            "x" * 1024 * 1024,
        ),
        (lambda: web.Response(body=b"x" * (1024 * 1024 + 1), content_type="application/octet-stream"), ""),
        (lambda: web.Response(body=b"\xff", content_type="application/octet-stream"), None),
        (lambda: problem(404, "GitItemNotFoundException", "TF401174: no such item"), ""),
        (lambda: problem(404, "", "TF401174: no such item"), ""),
    ],
)
async def test_an_included_file(reply: object, text: str | None) -> None:
    assert callable(reply)

    async def handle(_request: web.Request) -> web.StreamResponse:
        made = reply()
        assert isinstance(made, web.Response)
        return made

    async with reading(handle) as (source, server):
        found = await with_readme(source.complete, repository("r1", "refs/heads/feature/a b"))
    assert msgspec.json.decode(b"{" + found.extra + b"}") == {"__includedFiles": {"docs/READ ME.md": text}}
    assert found.failure == ""
    assert server.paths == [
        "/org/_apis/git/repositories/r1/items?path=%2Fdocs%2FREAD%20ME.md"
        "&versionDescriptor.version=feature%2Fa%20b&versionDescriptor.versionType=branch"
        "&$format=octetStream&api-version=7.1"
    ]


@pytest.mark.parametrize(
    ("now", "failure"),
    [
        ({"id": "r1", "name": "r1", "project": {"id": "p1"}, "defaultBranch": "refs/heads/main"}, ""),
        (
            {"id": "r1", "name": "r1", "project": {"id": "p1"}, "defaultBranch": "refs/heads/new"},
            "refs/heads/new now",
        ),
        (None, "could not be read"),
    ],
)
async def test_a_branch_that_does_not_resolve(now: object, failure: str) -> None:
    """It may have been renamed since the repositories were listed: then nothing is known of its files."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/items"):
            return problem(404, "GitUnresolvableToCommitException", "TF401175: no branch")
        return answer(now) if now else problem(404, "GitRepositoryNotFoundException", "TF401019: none")

    async with reading(handle) as (source, server):
        found = await with_readme(source.complete, repository("r1", "refs/heads/main"))
    assert len(server.paths) == 2
    assert failure in found.failure
    assert bool(found.failure) is bool(failure)
    if not failure:
        assert msgspec.json.decode(b"{" + found.extra + b"}") == {"__includedFiles": {"docs/READ ME.md": ""}}


async def test_a_file_that_is_described_and_not_given() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return answer({"objectId": "a", "gitObjectType": "blob", "path": "/README.md", "url": "u"})

    async with reading(handle) as (source, _):
        found = await with_readme(source.complete, repository("r1", "refs/heads/main"))
    assert "did not give it" in found.failure


async def with_readme(complete: object, record: Record) -> Record:
    from fairlead.model.readings import Item

    assert callable(complete)
    spec = fetch("repository", includedFiles=["docs/READ ME.md"])
    item = Item(record.key, record.parent, record.body, 41)
    found = await complete("repository", spec, [item], {}, numbers())
    (one,) = found.records
    assert isinstance(one, Record)
    assert one.number == 41  # as old as the listing
    return one


@pytest.mark.parametrize(
    "reply",
    [
        lambda: problem(404, "GitRepositoryNotFoundException", "TF401019: no repository"),
        lambda: problem(404, "ProjectDoesNotExistException"),
        lambda: problem(403),
        lambda: problem(500),
        lambda: web.Response(body=b"<html>a proxy</html>", content_type="text/html"),
    ],
)
async def test_a_file_that_could_not_be_read(reply: object) -> None:
    assert callable(reply)

    async def handle(_request: web.Request) -> web.StreamResponse:
        made = reply()
        assert isinstance(made, web.Response)
        return made

    async with reading(handle) as (source, _):
        found = await with_readme(source.complete, repository("r1"))
    assert "docs/READ ME.md could not be read" in found.failure
    assert found.extra == b""


@pytest.mark.parametrize(
    "record",
    [
        repository("r1", None),
        repository("r1", isDisabled=True),
        repository("r1", project={**PROJECT, "state": "createPending"}),
    ],
)
async def test_a_repository_that_has_no_files_is_not_asked(record: Record) -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return listing()

    async with reading(handle) as (source, server):
        found = await with_readme(source.complete, record)
        assert server.requests == []
    assert json.loads("{" + found.extra.decode() + "}") == {"__includedFiles": {"docs/READ ME.md": ""}}


def test_the_paths_of_included_files() -> None:
    assert included_paths(fetch("repository")) == ()
    assert included_paths(fetch("repository", includedFiles="a")) == ("a",)
    assert included_paths(fetch("repository", includedFiles=["a", "/a", "a", "", 5])) == ("a", "/a")


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ({}, ()),
        ({"statusFilter": "active"}, (("statusFilter", "active"),)),
        ({"statusFilter": ("active", "draft")}, ()),
        ({"statusFilter": ("active", None)}, ()),
        ({"tagFilter": ("a", "b")}, (("tagFilter", "a,b"),)),
        ({"tagFilter": (("a",), ("b",))}, ()),
        ({"minCreatedTime": "2024-01-01T00:00:00Z"}, (("minCreatedTime", "2024-01-01T00:00:00Z"),)),
    ],
)
def test_the_filters_of_releases(options: dict[str, object], query: Query) -> None:
    assert release.filters(fetch("release", **options)) == query


@pytest.mark.parametrize(
    ("options", "body", "fits"),
    [
        ({}, {}, True),
        ({"statusFilter": "active"}, {"status": "Active"}, True),
        ({"statusFilter": "active"}, {"status": "abandoned"}, False),
        ({"minCreatedTime": "2024-01-02"}, {"createdOn": "2024-01-01T23:59:59.9999999Z"}, False),
        ({"minCreatedTime": "2024-01-02"}, {"createdOn": "2024-01-02T00:00:00Z"}, True),
        ({"maxCreatedTime": "2024-01-02T00:00:00+02:00"}, {"createdOn": "2024-01-01T22:00:01"}, False),
        ({"tagFilter": ["a"]}, {"tags": ["A", "b"]}, True),
        ({"tagFilter": ["a", "c"]}, {"tags": ["a", "b"]}, False),
    ],
)
def test_whether_a_filter_took_effect(
    options: dict[str, object], body: dict[str, object], fits: bool
) -> None:
    assert release.fits(fetch("release", **options), msgspec.json.encode({"id": 1, **body})) is fits


async def test_a_filter_that_the_server_ignores_is_applied_here() -> None:
    items = [
        {"id": n, "projectReference": {"id": "P1"}, "status": s} for n, s in ((1, "active"), (2, "draft"))
    ]

    async def handle(_request: web.Request) -> web.StreamResponse:
        return listing(*items)

    async with reading(handle) as (source, _):
        page = await source.page(
            Chain("release", EVERY), fetch("release", statusFilter="active"), {}, None, numbers()
        )
    assert [(record.key, record.parent) for record in page.records] == [("1", "p1")]


def test_who_owns_what_without_saying_so() -> None:
    with pytest.raises(IncompleteReading):
        KINDS["team"].drafts(b'{"id":"T"}', EVERY, {})
    (draft,) = KINDS["release"].drafts(b'{"id":1,"projectReference":{"id":null}}', EVERY, {})
    assert draft.failure == "it does not say which project it is of"
    assert KINDS["team"].drafts(b'{"id":"T"}', "p1", {})[0].parent == "p1"
    assert KINDS["release"].drafts(b'{"id":1}', "p1", {})[0].parent == "p1"
    assert KINDS["board"].drafts(b'{"id":"B"}', "t1", {})[0].failure


def test_walks_leave_out_what_cannot_be_read() -> None:
    from fairlead.azure import AzureSettings, PersonalAccessToken, connect
    from fairlead.model.secrets import Secret

    async def nothing(_seconds: float) -> None:
        raise AssertionError

    settings = AzureSettings("http://127.0.0.1/org", PersonalAccessToken(Secret("x")))
    source = connect(settings, clock=lambda: 0.0, sleep=nothing, random=lambda: 0.0)
    parents = {
        "project": {
            "p1": parent("project", "p1", PROJECT),
            "p2": parent("project", "p2", {**PROJECT, "id": "p2", "state": "Deleting"}),
        },
        "team": {
            key: parent("team", key, {"id": key}, of)
            for key, of in (("t1", "p1"), ("t2", "p2"), ("t3", "p3"))
        },
    }
    assert [chain.scope for chain in source.chains("board", 0, parents)] == ["t1"]
    assert [chain.scope for chain in source.chains("repository-policy", 0, parents)] == ["p1"]
    assert [chain.scope for chain in source.chains("repository", 0, parents)] == [EVERY]


async def one_page(kind: str, spec: FetchSpec, *replies: web.Response) -> object:
    left = list(replies)

    async def handle(_request: web.Request) -> web.StreamResponse:
        return left.pop(0)

    async with reading(handle) as (source, _):
        return await source.page(Chain(kind, EVERY), spec, {}, None, numbers())


@pytest.mark.parametrize("status", [404, 405])
async def test_an_unknown_form_is_not_there(status: int) -> None:
    with pytest.raises(NotThere):
        await one_page("team", fetch("team"), problem(status))
    with pytest.raises(NotThere):
        await one_page("team", fetch("team"), problem(400, "VssVersionOutOfRangeException"))
    with pytest.raises(NotThere):
        await one_page("team", fetch("team"), problem(400, "InvalidArgumentException"))
    with pytest.raises(IncompleteReading):
        await one_page("project", fetch("project"), problem(400, "InvalidArgumentException"))
