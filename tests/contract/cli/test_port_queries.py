"""Search queries of a mapping look into all of Port: users, and entities that other integrations made."""

from __future__ import annotations

import json

import pytest

from azure_devops_sandbox import Sandbox
from contract.cli.conftest import Done, Shell
from contract.cli.test_sync import listed
from port_api import Fault, PortApi, Recorded, StoredEntity
from port_api.state import Json, section

OTHER = "port-ocean/github/1.0.0/gh/exporter"
"""As which another integration wrote."""

RELATION = """\
            {name}:
              combinator: '"and"'
              rules:
                - property: '"{property}"'
                  operator: '"="'
                  value: {value}
"""
MAPPING = """\
resources:
  - kind: project
    selector:
      query: 'true'
    port:
      entity:
        mappings:
          identifier: .id
          title: .name
          blueprint: '"project"'
          properties:
            visibility: .visibility
          relations:
"""
PATCH = """\
  - kind: project
    selector:
      query: 'true'
    port:
      entity:
        mappings:
          identifier:
            combinator: '"and"'
            rules:
              - property: '"azureProject"'
                operator: '"="'
                value: .name
          blueprint: '"service"'
          properties:
            visibility: .visibility
            url: .url
"""
CREATOR = RELATION.format(name="creator", property="$identifier", value="'\"ann@example.com\"'")
SERVICE = RELATION.format(name="service", property="azureProject", value=".name")


def blueprint(identifier: str, properties: list[str], relations: dict[str, str]) -> dict[str, Json]:
    return {
        "identifier": identifier,
        "title": identifier,
        "schema": {"properties": {name: {"type": "string"} for name in properties}, "required": []},
        "relations": {
            name: {"target": target, "many": False, "required": False, "title": name}
            for name, target in relations.items()
        },
    }


OURS = [blueprint("project", ["visibility"], {"creator": "_user", "service": "service"})]
THEIRS = [
    blueprint("_user", ["status"], {}),
    blueprint("service", ["azureProject", "owner", "visibility", "url"], {}),
]


@pytest.fixture
def name(sandbox: Sandbox) -> str:
    """Of the first project that is there."""
    projects = sandbox.organization.projects.values()
    return min(project.name for project in projects if project.state == "wellFormed")


@pytest.fixture
def others(port: PortApi, name: str) -> PortApi:
    """Port as others have filled it: one user, one service that knows its project."""
    for one in THEIRS:
        port.state.blueprints[str(one["identifier"])] = one
    stand(port, "_user", "ann@example.com", {"status": "Active"})
    stand(port, "service", "shop", {"azureProject": name, "owner": "o"})
    stand(port, "service", "other", {"azureProject": "none"})
    return port


def stand(port: PortApi, group: str, identifier: str, properties: dict[str, Json]) -> None:
    instant = port.state.instant()
    entity = StoredEntity(identifier, group, OTHER, instant, instant, title=identifier, properties=properties)
    port.state.entities.setdefault(group, {})[identifier] = entity


async def run(
    shell: Shell,
    *rows: str,
    command: str = "sync",
    more: tuple[str, ...] = (),
    ours: list[dict[str, Json]] | None = None,
) -> Done:
    (shell.directory / "mapping.yml").write_text("".join(rows))
    (shell.directory / "blueprints.json").write_text(json.dumps([*(ours or OURS), THEIRS[1]]))
    files = ("--mapping", "mapping.yml", "--blueprints", "blueprints.json")
    return await shell.run(command, *files, "--json", *more)


def writes(port: PortApi, start: int = 0) -> list[Recorded]:
    """Requests that write entities."""
    return [
        one
        for one in port.ledger[start:]
        if "/entities" in one.path
        and one.method != "GET"
        and not one.path.endswith(("search", "datasource-entities"))
    ]


def relation(port: PortApi, title: str, name: str) -> Json:
    (project,) = [one for one in port.state.entities["project"].values() if one.title == title]
    return project.relations.get(name)


async def test_relations_find_users_and_entities_of_others(image: Shell, others: PortApi, name: str) -> None:
    rows = MAPPING, CREATOR, SERVICE
    planned = await run(image, *rows, command="plan")
    assert planned.code == 2, planned
    assert writes(others) == []
    done = await run(image, *rows)
    assert done.code == 0, done
    assert done.value["change_counts"] == planned.value["change_counts"]
    assert relation(others, name, "service") == "shop"
    assert {one.relations["creator"] for one in others.state.entities["project"].values()} == {
        "ann@example.com"
    }
    assert b"combinator" not in b"".join(one.body for one in writes(others))
    asked = [json.loads(one.body) for one in others.ledger if one.path.endswith("/service/entities/search")]
    assert {"limit": 1000, "include": ["identifier", "properties.azureProject"]} in asked
    start = len(others.ledger)
    again = await run(image, *rows)
    assert (again.code, again.value["change_counts"]) == (0, {})
    assert writes(others, start) == []
    explained = await image.run("explain", "project", next(iter(others.state.entities["project"])))
    assert "ann@example.com" in explained.out


@pytest.mark.long
async def test_what_others_make_later_is_linked_by_the_next_sync_and_unlinked_when_it_goes(
    image: Shell, others: PortApi, name: str
) -> None:
    shop = others.state.entities["service"].pop("shop")
    assert (await run(image, MAPPING, SERVICE)).code == 0
    assert relation(others, name, "service") is None
    others.state.entities["service"]["shop"] = shop
    assert (await run(image, MAPPING, SERVICE)).code == 0
    assert relation(others, name, "service") == "shop"
    del others.state.entities["service"]["shop"]
    assert (await run(image, MAPPING, SERVICE)).code == 0
    assert relation(others, name, "service") is None


async def test_two_matches_are_no_answer(image: Shell, others: PortApi, name: str) -> None:
    stand(others, "service", "twin", {"azureProject": name})
    done = await run(image, MAPPING, SERVICE, PATCH)
    assert done.code == 0, done
    assert relation(others, name, "service") is None
    projects = len(others.state.entities["project"])
    assert done.value["unresolved"] == projects + 1
    warnings = done.value["warnings"]
    assert isinstance(warnings, list)
    start = "row 1 (project): the search query of relations.service: it matches several entities of service"
    assert [one for one in warnings if one.startswith(start)]
    start = "row 2 (project): the search query of identifier: it matches no entity of service"
    assert [one for one in warnings if one.startswith(start)]
    assert others.entity("service", "twin")["properties"] == {"azureProject": name}


async def test_a_patch_reaches_an_entity_of_others_and_goes_without_it(
    image: Shell, others: PortApi, name: str
) -> None:
    done = await run(image, MAPPING, "            {}\n", PATCH)
    assert done.code == 0, done
    shop = others.state.entities["service"]["shop"]
    assert (shop.title, shop.properties["owner"], shop.properties["azureProject"]) == ("shop", "o", name)
    assert shop.properties["visibility"]
    assert shop.properties["url"]
    assert shop.datasource.endswith("/ado/patch")
    explained = await image.run("explain", "service", "shop")
    assert "visibility" in explained.out
    start = len(others.ledger)
    again = await run(image, MAPPING, "            {}\n", PATCH)
    assert (again.code, again.value["change_counts"]) == (0, {})
    assert writes(others, start) == []
    # A field is no longer mapped: it is cleared, and only it.
    assert (
        await run(image, MAPPING, "            {}\n", PATCH.replace("            url: .url\n", ""))
    ).code == 0
    assert set(others.state.entities["service"]["shop"].properties) == {"azureProject", "owner", "visibility"}
    # The row is gone: what was ours is cleared, and the entity stays.
    gone = await run(image, MAPPING, "            {}\n")
    assert gone.code == 0, gone
    assert others.state.entities["service"]["shop"].properties == {"azureProject": name, "owner": "o"}
    start = len(others.ledger)
    assert (await run(image, MAPPING, "            {}\n")).value["change_counts"] == {}
    assert writes(others, start) == []
    assert [one.path for one in others.ledger if one.path.endswith("/delete")] == []


@pytest.mark.long
async def test_what_our_mapping_makes_too_for_a_time_is_never_removed(
    image: Shell, others: PortApi, name: str
) -> None:
    creating = f"""\
  - kind: project
    selector:
      query: .name == "{name}"
    port:
      entity:
        mappings:
          identifier: '"shop"'
          title: '"made here"'
          blueprint: '"service"'
          properties:
            url: '"u"'
"""
    for rows in ((PATCH,), (creating, PATCH), (creating,), (), (PATCH,), (creating,), ()):
        done = await run(image, MAPPING, "            {}\n", *rows)
        assert done.code == 0, done
        shop = others.state.entities["service"]["shop"]
        assert (shop.properties["owner"], shop.properties["azureProject"]) == ("o", name)
        assert ("visibility" in shop.properties) is (PATCH in rows)
        if creating in rows:
            assert shop.title == "made here"
        if creating not in rows:
            assert shop.title != "made here"
    # A catalog that begins anew does not take it for a leftover of its own either.
    (image.directory / ".fairlead" / "catalog.db").unlink()
    assert (await run(image, MAPPING, "            {}\n")).code == 0
    assert "shop" in others.state.entities["service"]


@pytest.mark.long
async def test_what_may_be_ours_is_not_taken_for_an_entity_of_others(
    image: Shell, others: PortApi, name: str
) -> None:
    """Another row makes services too, and the run does not read everything: perhaps it made this one."""
    row = (
        PATCH[: PATCH.index("          identifier:")]
        + """\
          identifier: '"of-" + .id'
          title: .name
          blueprint: '"service"'
"""
    )
    rows = MAPPING, "            {}\n", row, PATCH
    done = await run(image, *rows, more=("--kinds", "project"))
    assert done.code == 0, done
    assert any("may be ours" in str(one) for one in listed(done.value, "warnings"))
    assert "visibility" not in others.state.entities["service"]["shop"].properties
    assert (await run(image, *rows)).code == 0
    assert others.state.entities["service"]["shop"].properties["visibility"]
    start = len(others.ledger)
    assert (await run(image, *rows, more=("--kinds", "project"))).code == 0
    assert writes(others, start) == []


async def test_what_goes_at_port_is_not_made_again(image: Shell, others: PortApi, name: str) -> None:
    assert (await run(image, MAPPING, "            {}\n", PATCH)).code == 0
    del others.state.entities["service"]["shop"]
    done = await run(image, MAPPING, "            {}\n", PATCH)
    assert done.code == 0, done
    assert "shop" not in others.state.entities["service"]


async def test_answers_stay_while_port_cannot_be_searched(
    image: Shell, others: PortApi, name: str, sandbox: Sandbox
) -> None:
    rows = MAPPING, SERVICE, PATCH
    assert (await run(image, *rows)).code == 0
    before = dict(others.state.entities["service"]["shop"].properties)
    others.fail(
        Fault(
            path="/service/entities/search",
            status=403,
            body=b'{"ok":false,"error":"forbidden","message":"no"}',
            times=100,
        )
    )
    changed = (
        MAPPING.replace("title: .name", 'title: .name + "!"'),
        SERVICE,
        PATCH.replace("url: .url", 'url: .url + "/x"'),
    )
    done = await run(image, *changed)
    assert done.code == 3, done
    (reading,) = [one for one in listed(done.value, "readings") if one["kind"] == "search queries"]
    assert "keep their last answers" in str(reading["reasons"])
    assert relation(others, f"{name}!", "service") == "shop"
    after = others.state.entities["service"]["shop"].properties
    assert after == before | {"url": f"{before['url']}/x"}
    others.faults.clear()
    assert (await run(image, *changed)).code == 0


@pytest.mark.long
async def test_what_an_earlier_installation_patched_is_not_taken_for_its_leftover(
    image: Shell, others: PortApi, name: str
) -> None:
    """Port says that our predecessor wrote it last; so it did, and it did not make it."""
    shop = others.state.entities["service"]["shop"]
    shop.datasource = "port-ocean/azure-devops/0.9.0/ado/exporter"
    shop.properties["visibility"] = "old"
    for rows in ((PATCH,), (PATCH,), (), ()):
        done = await run(image, MAPPING, "            {}\n", *rows)
        assert done.code == 0, done
        properties = others.state.entities["service"]["shop"].properties
        assert properties.get("visibility") == ("private" if rows else None)
        assert (properties["owner"], properties["azureProject"]) == ("o", name)


async def test_a_team_and_a_relation_to_many_are_found(image: Shell, others: PortApi, name: str) -> None:
    others.state.blueprints["_team"] = blueprint("_team", ["size"], {})
    for number in range(101):
        stand(others, "_team", f"team{number:03}", {"size": "large" if number < 100 else name})
    team = """\
          team:
            combinator: '"or"'
            rules:
              - {property: '"size"', operator: '"="', value: .name}
              - {property: '"$identifier"', operator: '"in"', value: '["team003", "nobody"]'}
"""
    definition = blueprint("project", ["visibility"], {"teams": "_team"})
    section(section(definition, "relations"), "teams")["many"] = True
    large = RELATION.format(name="teams", property="size", value="'\"large\"'")
    mapping = MAPPING.replace("          properties:\n", team + "          properties:\n")
    done = await run(image, mapping, large, ours=[definition])
    assert done.code == 0, done
    (project,) = [one for one in others.state.entities["project"].values() if one.title == name]
    assert project.team == ["team003", "team100"]
    assert project.relations["teams"] == [f"team{number:03}" for number in range(100)]
    others.state.entities["_team"]["team100"].properties["size"] = "large"
    done = await run(image, mapping, large, ours=[definition])
    (project,) = [one for one in others.state.entities["project"].values() if one.title == name]
    assert (project.team, project.relations) == (["team003"], {})
    assert done.value["unresolved"] == len(others.state.entities["project"])
