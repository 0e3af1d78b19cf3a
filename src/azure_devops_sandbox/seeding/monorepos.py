"""Seeds the folders and files of repositories that hold several services, and everything odd that files can be.

They are added to the files that a repository has, on all its branches, and replace none of them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping

from azure_devops_sandbox.sizes import Sizes
from azure_devops_sandbox.state.organization import Organization

from .names import TEAMS, WORDS

_LANGUAGES = ("python", "node", "go", "dotnet")
_TIERS = ("critical", "important", "internal")
_MANY = 1_100_000
"""Bytes of the file that is larger than the 1 MiB that Port's integration reads."""


def seed_monorepos(organization: Organization, sizes: Sizes, rng: random.Random) -> None:
    """Give the first so many repositories with readable files services, and the first one odd files."""
    hosts = [
        one
        for one in organization.repositories.values()
        if one.default_branch is not None and not one.disabled and one.clone is None
    ]
    for place, repository in enumerate(hosts[: sizes.monorepos]):
        added = _services(rng)
        if place == 0:
            added |= _odd_files()
        repository.trees = {branch: {**added, **files} for branch, files in repository.trees.items()}


def _services(rng: random.Random) -> dict[str, bytes]:
    files = {
        "/docs/index.md": b"# Documentation\n",
        "/docs/adr/0001-one-repository.md": b"# One repository for all services\n",
        "/deploy/helm/values.yaml": b"replicas: 2\nimage:\n  tag: latest\n",
        "/deploy/terraform/main.tf": b'terraform {\n  required_version = ">= 1.5"\n}\n',
        "/azure-pipelines/build.yml": b"trigger:\n- main\n",
        "/.editorconfig": b"root = true\n",
    }
    for word in rng.sample(WORDS, rng.randrange(2, 6)):
        name = word.replace(" ", "-")
        files |= {f"/services/{name}{path}": text.encode() for path, text in _service(name, rng).items()}
    return files


def _service(name: str, rng: random.Random) -> dict[str, str]:
    language, owner = rng.choice(_LANGUAGES), rng.choice(TEAMS)
    version = f"{rng.randrange(0, 4)}.{rng.randrange(0, 20)}.{rng.randrange(0, 9)}"
    described = (
        f"name: {name}\nowner: {json.dumps(owner, ensure_ascii=False)}\nlanguage: {language}\n"
        f"tier: {rng.choice(_TIERS)}\nports: [{rng.randrange(8_000, 9_000)}]\n"
    )
    package = {"name": f"@fabrikam/{name}", "version": version, "dependencies": {"express": "^4.19.0"}}
    openapi = {
        "openapi": "3.0.3",
        "info": {"title": name, "version": version},
        "paths": {f"/{name}": {"get": {"responses": {"200": {"description": "ok"}}}}},
    }
    source = {"python": "main.py", "node": "index.js", "go": "main.go", "dotnet": "Program.cs"}[language]
    found = {
        "/service.yaml": described,
        "/Dockerfile": f"FROM scratch\nLABEL service={name}\n",
        "/README.md": f"# {name}\n\nA service of {owner}.\n",
        "/CODEOWNERS": f"* @{owner.split()[0]}\n",
        "/api/openapi.json": json.dumps(openapi, indent=2) + "\n",
        f"/src/{source}": f"// {name} {version}\n",
        "/src/tests/.gitkeep": "",
    }
    if language == "node":
        found["/package.json"] = json.dumps(package, indent=2) + "\n"
    return found


def _odd_files() -> Mapping[str, bytes]:
    """Return names and contents that make readers of files stumble."""
    large_lines = b"0123456789abcdef\n" * (_MANY // 17)
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345678\n"
    return {
        "/packages/@scope/ui kit/package.json": b'{"name": "@scope/ui-kit"}\n',
        "/packages/[legacy]/{old}.yaml": b"name: old\n",
        "/packages/a+b (copy)!/100%.json": b"[1, 2, 3]\n",
        "/docs/größe/データ.md": "# Größe\n".encode(),
        "/config/empty.yaml": b"",
        "/config/many.yaml": b"---\nname: one\n---\n---\nname: two\n",
        "/config/broken.json": b'{"name": ',
        "/config/with-mark.json": b'\xef\xbb\xbf{"mark": true}\n',
        "/config/latin.txt": b"caf\xe9\n",
        "/config/utf16.txt": "name: wide\n".encode("utf-16"),
        "/data/large.txt": large_lines,
        "/data/model.bin": pointer,
        "/data/picture.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR",
    }
