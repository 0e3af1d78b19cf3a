"""The command `azure-devops-sandbox`."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections.abc import Coroutine
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from .changes.living import live_a_little
from .clock import START, Clock
from .running import running
from .seeding import DEFAULT_PAT, catalog_entities, seeded
from .settings import Settings
from .sizes import PRESETS, Sizes
from .state.git_clone import NoGit
from .state.organization import Organization

_MOMENT = 0.2
"""Seconds between two looks whether life has begun."""

app = typer.Typer(help="An Azure DevOps Services organization in one process.", no_args_is_help=True)

Number = Annotated[int | None, typer.Option()]


Pairs = Annotated[
    list[str] | None,
    typer.Option("--size", help="Any size, as NAME=NUMBER; may be given again.", metavar="NAME=NUMBER"),
]

Clones = Annotated[
    list[Path] | None,
    typer.Option(help="A real git repository to serve, read and never changed; may be given again."),
]


def _pairs(given: list[str] | None) -> dict[str, int | None]:
    """Read sizes given by name: the fields of `Sizes`, with a dash or an underscore between words."""
    found: dict[str, int | None] = {}
    for pair in given or ():
        name, _, number = pair.partition("=")
        key = name.strip().replace("-", "_")
        if key not in {one.name for one in fields(Sizes)} or not number.strip().isdigit():
            known = ", ".join(one.name for one in fields(Sizes))
            raise typer.BadParameter(f"{pair!r} is not NAME=NUMBER; known names: {known}")
        found[key] = int(number)
    return found


def _sizes(preset: str, entities: int | None, single: dict[str, int | None]) -> Sizes:
    if preset not in PRESETS:
        raise typer.BadParameter(f"unknown preset {preset!r}; known: {', '.join(PRESETS)}")
    sizes = Sizes.for_entities(entities) if entities is not None else Sizes.preset(preset)
    return replace(sizes, **{name: value for name, value in single.items() if value is not None})


def _clock(start: str, ticking: bool = False) -> Clock:
    if start == "now" or (ticking and not start):
        return Clock(datetime.now().astimezone(), ticking=True)
    return Clock(datetime.fromisoformat(start) if start else START, ticking=ticking)


@app.command()
def seed(
    number: Annotated[int, typer.Option("--seed", help="The seed.")] = 1,
    preset: Annotated[str, typer.Option(help=f"One of {', '.join(PRESETS)}.")] = "small",
    entities: Number = None,
    projects: Number = None,
    repositories: Number = None,
    policies: Number = None,
    teams: Number = None,
    work_items: Number = None,
    releases: Number = None,
    size: Pairs = None,
) -> None:
    """Print what would be created."""
    single = {
        "projects": projects, "repositories": repositories, "policies": policies, "teams": teams,
        "work_items": work_items, "releases": releases, **_pairs(size),
    }  # fmt: skip
    organization = seeded(number, _sizes(preset, entities, single))
    found = catalog_entities(organization)
    report = {
        "objects": _objects(organization),
        "catalogEntities": found,
        "catalogEntitiesTotal": sum(found.values()),
    }
    typer.echo(json.dumps(report, indent=2))


def _objects(organization: Organization) -> dict[str, int]:
    kinds = (
        "projects", "teams", "repositories", "policies", "work_items", "revisions", "boards", "release_definitions",
        "pull_requests", "releases", "deployments", "users", "groups", "nodes",
        "definitions", "builds", "environments",
    )  # fmt: skip
    return {kind: len(getattr(organization, kind)) for kind in kinds}


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.")] = 0,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    number: Annotated[int, typer.Option("--seed", help="The seed.")] = 1,
    name: Annotated[str, typer.Option(help="The name of the organization.")] = "fabrikam",
    preset: Annotated[str, typer.Option(help=f"One of {', '.join(PRESETS)}.")] = "small",
    entities: Number = None,
    projects: Number = None,
    repositories: Number = None,
    policies: Number = None,
    teams: Number = None,
    work_items: Number = None,
    releases: Number = None,
    size: Pairs = None,
    latency_ms: Annotated[float, typer.Option(help="Milliseconds that each answer waits.")] = 0.0,
    pat: Annotated[str, typer.Option(help="The personal access token of full scope.")] = DEFAULT_PAT,
    ready_file: Annotated[Path | None, typer.Option(help="Written when the server accepts.")] = None,
    bad_credentials: Annotated[str, typer.Option(help="Answer to bad credentials: 203, 401 or 302.")] = "203",
    gzip: Annotated[bool, typer.Option(help="Compress for clients that accept it.")] = False,
    public_url: Annotated[str, typer.Option(help="What links inside records begin with.")] = "",
    start: Annotated[
        str, typer.Option(help="The sandbox's time: ISO 8601, or `now` to follow the system.")
    ] = "",
    until_stdin_ends: Annotated[
        bool, typer.Option("--until-stdin-ends", help="Also stop when standard input (a pipe) ends.")
    ] = False,
    repository: Clones = None,
    live: Annotated[
        float,
        typer.Option(min=0, help="Every so many seconds something plausible happens, in the system's time."),
    ] = 0.0,
) -> None:
    """Serve an organization until SIGINT or SIGTERM."""
    if bad_credentials not in {"203", "401", "302"}:
        raise typer.BadParameter("--bad-credentials is 203, 401 or 302")
    single = {
        "projects": projects, "repositories": repositories, "policies": policies, "teams": teams,
        "work_items": work_items, "releases": releases, **_pairs(size),
    }  # fmt: skip
    clock = _clock(start, ticking=live > 0)
    organization = seeded(number, _sizes(preset, entities, single), name=name, clock=clock, pat=pat)
    _attach(organization, repository or [])
    settings = Settings(latency=latency_ms / 1000, gzip=gzip, live=live)
    settings.bad_credentials = (
        "401" if bad_credentials == "401" else "302" if bad_credentials == "302" else "203"
    )
    alive = _living(organization, settings, number)
    asyncio.run(_serve(organization, settings, host, port, public_url, ready_file, until_stdin_ends, alive))


def _attach(organization: Organization, paths: list[Path]) -> None:
    """Serve real repositories in the first project that has Git; what cannot be served is a wrong parameter."""
    hosts = [one for one in organization.live_projects() if one.source_control == "Git"]
    for path in paths:
        if not hosts:
            raise typer.BadParameter(f"--repository {path}: there is no project that could have it")
        try:
            organization.changes.attach_repository(hosts[0].id, path)
        except NoGit as error:
            raise typer.BadParameter(f"--repository {path}: {error}") from None


async def _living(organization: Organization, settings: Settings, number: int) -> None:
    """Let something happen every so many seconds, for ever; how often may change at any time."""
    rng = random.Random(f"{number} living")
    while True:
        await asyncio.sleep(settings.live or _MOMENT)
        if settings.live:
            for told in live_a_little(organization, rng):
                typer.echo(told)


async def _serve(
    organization: Organization,
    settings: Settings,
    host: str,
    port: int,
    public_url: str,
    ready_file: Path | None,
    until_stdin_ends: bool,
    alive: Coroutine[None, None, None],
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    if until_stdin_ends:
        loop.add_reader(0, _at_its_end, stop)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(
        organization, settings=settings, host=host, port=port, public_url=public_url or None
    ) as sandbox:
        ready = {
            "url": sandbox.url, "pat": sandbox.pat, "pid": os.getpid(), "control": sandbox.control_url,
            "objects": _objects(organization) | {"projects": len(organization.live_projects())},
        }  # fmt: skip
        typer.echo(f"Azure DevOps sandbox: {sandbox.url}")
        typer.echo(f"Personal access token: {sandbox.pat}")
        if ready_file is not None:
            part = ready_file.with_name(ready_file.name + ".part")
            part.write_text(json.dumps(ready), encoding="utf-8")
            part.replace(ready_file)
        async with asyncio.TaskGroup() as group:
            living = group.create_task(alive)
            await stop.wait()
            living.cancel()


def _at_its_end(stop: asyncio.Event) -> None:
    if not os.read(0, 4096):
        asyncio.get_running_loop().remove_reader(0)
        stop.set()


def run() -> None:
    """Run the command."""
    app()
