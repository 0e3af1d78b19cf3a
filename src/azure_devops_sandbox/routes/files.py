"""Files and folders of a repository.

Facts: a file is sent raw unless JSON is asked for by `Accept` or `$format=json`; a path that is missing
answers 404 TF401174; `version` and `versionDescriptor.version` mean the same (area `git`, Items).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
import orjson

from azure_devops_sandbox.calls import Answer, ApiError, Call, bad_argument, json_answer
from azure_devops_sandbox.encoding import link
from azure_devops_sandbox.encoding.commits import commit_reference
from azure_devops_sandbox.encoding.git import repository_url
from azure_devops_sandbox.encoding.items import Wishes, content_metadata, item
from azure_devops_sandbox.paging import whole
from azure_devops_sandbox.routing import Route
from azure_devops_sandbox.state.entries import Entry, entries_of, parent_of
from azure_devops_sandbox.state.history import history_of
from azure_devops_sandbox.state.organization import Organization
from azure_devops_sandbox.state.records import Repository
from azure_devops_sandbox.state.versions import Version, altered, version_of

from .git import SCOPE, readable_repository
from .missing import no_branches, no_item, no_object, no_version

_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LEVELS = frozenset({"none", "onelevel", "onelevelplusnestedemptyfolders", "full"})


def wanted_version(
    organization: Organization, repository: Repository, name: str | None, kind: str | None
) -> Version:
    """Return the version that a descriptor means. Raises ApiError (404)."""
    if repository.default_branch is None or not repository.heads:
        raise no_branches(repository.name)
    found = version_of(organization, repository, name, kind)
    if found is None:
        raise no_version(name or repository.default_branch, repository.name, (kind or "branch").capitalize())
    return found


def _recursion(given: object) -> str:
    level = str(given or "none").lower()
    if level not in _LEVELS:
        raise bad_argument(f"The value '{given}' is not valid for parameter 'recursionLevel'.")
    return level


def _clean(path: str) -> str:
    return "/" + path.strip("/")


def _below(entries: Mapping[str, Entry], path: str, recursion: str) -> list[str]:
    """Return the paths that a recursion level adds below a folder, folders before what is in them."""
    prefix = "/" if path == "/" else path + "/"
    inside = sorted(one for one in entries if one.startswith(prefix) and one != "/")
    if recursion == "full":
        return inside
    found = [one for one in inside if parent_of(one) == path]
    if recursion == "onelevelplusnestedemptyfolders":
        for one in list(found):
            found += _chain(entries, one)
    return sorted(found)


def _chain(entries: Mapping[str, Entry], folder: str) -> list[str]:
    """Return the folders below a folder for as long as each one holds a single folder and nothing else."""
    found = []
    while entries[folder].kind == "tree":
        inside = _below(entries, folder, "onelevel")
        if len(inside) != 1 or entries[inside[0]].kind != "tree":
            break
        folder = inside[0]
        found.append(folder)
    return found


def _item(
    call: Call, repository: Repository, version: Version, path: str, entry: Entry, wishes: Wishes
) -> dict[str, Any]:
    found = item(call.organization, repository, version, path, entry, wishes)
    if wishes.latest:
        last = next(history_of(call.organization, repository).log(version.commit, path), None)
        if last is not None:
            found["latestProcessedChange"] = commit_reference(call.organization, repository, last)
    return found


def _listing(
    call: Call, repository: Repository, version: Version, path: str, recursion: str, wishes: Wishes
) -> list[dict[str, Any]]:
    entries = entries_of(version.tree)
    if path not in entries:
        raise no_item(path, repository.name, version.name, version.commit)
    paths = [path]
    if entries[path].kind == "tree" and recursion != "none":
        paths += _below(entries, path, recursion)
    return [_item(call, repository, version, one, entries[one], wishes) for one in paths]


def _described(
    call: Call, repository: Repository, path: str, name: str | None, kind: str | None, option: str | None
) -> Version:
    """Return the version that a descriptor with its option means. Raises ApiError (404)."""
    version, option = wanted_version(call.organization, repository, name, kind), (option or "none").lower()
    if option == "none":
        return version
    if option not in {"firstparent", "previouschange"}:
        raise bad_argument(f"The value '{option}' is not valid for parameter 'versionOptions'.")
    found = altered(call.organization, repository, version, option, path)
    if found is None:
        raise no_version(version.name, repository.name, version.kind)
    return found


def items_get(call: Call) -> Answer:
    """Return a file (raw or as JSON), a folder, or with `scopePath` or a recursion level a list."""
    repository = readable_repository(call)
    asked = call.text("path")
    path = _clean(asked or call.text("scopePath") or "/")
    name, kind, option = (
        call.text(f"versionDescriptor.{one}") or call.text(one)
        for one in ("version", "versionType", "versionOptions")
    )
    version = _described(call, repository, path, name, kind, option)
    recursion = _recursion(call.text("recursionLevel"))
    wishes = Wishes(
        metadata=call.flag("includeContentMetadata"),
        links=call.flag("includeLinks"),
        text=call.flag("includeContent"),
        latest=call.flag("latestProcessedChange"),
    )
    if (call.text("$format") or "").lower() == "zip":
        return _zipped(call, repository, version, path)
    if asked is None or recursion != "none":
        found = _listing(call, repository, version, path, recursion, replace(wishes, text=False))
        return whole(call, [orjson.dumps(one) for one in found])
    return _single(call, repository, version, path, wishes)


def _zipped(call: Call, repository: Repository, version: Version, path: str) -> Answer:
    """Return a file, or a folder with everything in it, as a zip."""
    entries = entries_of(version.tree)
    if path not in entries:
        raise no_item(path, repository.name, version.name, version.commit)
    above = parent_of(path).rstrip("/") + "/"
    inside = [path] if entries[path].kind == "blob" else _below(entries, path, "full")
    return _zip({one.removeprefix(above): version.tree[one] for one in inside if entries[one].kind == "blob"})


def _wants_json(call: Call) -> bool:
    form = (call.text("$format") or "").lower()
    return form == "json" or (not form and "application/json" in call.accept)


def _single(call: Call, repository: Repository, version: Version, path: str, wishes: Wishes) -> Answer:
    entry = entries_of(version.tree).get(path)
    if entry is None:
        raise no_item(path, repository.name, version.name, version.commit)
    if entry.kind == "blob" and not _wants_json(call):
        content, kind = version.tree[path], "application/octet-stream"
        if (call.text("$format") or "").lower() != "octetstream" and not call.flag("download"):
            kind = str(content_metadata(path, content)["contentType"])
        return Answer(content, content_type=kind)
    return json_answer(_item(call, repository, version, path, entry, wishes))


def items_batch(call: Call) -> Answer:
    """Return a list per descriptor; one path that is missing fails the whole batch with a 400."""
    repository, body = readable_repository(call), call.json()
    descriptors = body.get("itemDescriptors")
    if not isinstance(descriptors, list) or not descriptors:
        raise bad_argument("The itemDescriptors of the batch are missing.")
    wishes = Wishes(
        metadata=bool(body.get("includeContentMetadata")),
        links=bool(body.get("includeLinks")),
        latest=bool(body.get("latestProcessedChange")),
    )
    groups = []
    for one in descriptors:
        if not isinstance(one, dict) or not isinstance(one.get("path"), str):
            raise bad_argument("An itemDescriptor of the batch has no path.")
        recursion, path = _recursion(one.get("recursionLevel")), _clean(one["path"])
        descriptor = (one.get(key) for key in ("version", "versionType", "versionOptions"))
        version = _described(call, repository, path, *descriptor)
        try:
            groups.append(_listing(call, repository, version, path, recursion, wishes))
        except ApiError as error:
            error.status = 400
            raise
    return json_answer({"count": len(groups), "value": groups})


def blobs_zip(call: Call) -> Answer:
    """Return files by their ids as a zip, each under its id."""
    repository = readable_repository(call)
    try:
        wanted = msgspec.json.decode(call.body, type=list[str])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise bad_argument("The request body could not be parsed. Value cannot be null.") from None
    history, found = history_of(call.organization, repository), {}
    for one in wanted:
        content = history.blob(one) if _OBJECT_ID.fullmatch(one) else None
        if content is None:
            raise no_object(one, repository.name)
        found[one] = content
    return _zip(found)


def blobs_get(call: Call) -> Answer:
    """Return a file by its id: its content, or with `$format=json` what is known of it."""
    repository, wanted = readable_repository(call), call.params["sha1"].lower()
    content = history_of(call.organization, repository).blob(wanted) if _OBJECT_ID.fullmatch(wanted) else None
    if content is None:
        raise no_object(wanted, repository.name)
    if not _wants_json(call):
        return Answer(content, content_type="application/octet-stream")
    base = repository_url(call.organization, repository)
    url = f"{base}/blobs/{wanted}"
    links = {"self": link(url), "repository": link(base)}
    return json_answer({"objectId": wanted, "size": len(content), "url": url, "_links": links})


def _zip(files: Mapping[str, bytes]) -> Answer:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return Answer(packed.getvalue(), content_type="application/zip")


_TEMPLATE = "_apis/git/repositories/{repositoryId}"
ROUTES = (
    Route("items.get", "GET", "op", f"{_TEMPLATE}/items", items_get, SCOPE),
    Route("blobs.get", "GET", "op", f"{_TEMPLATE}/blobs/{{sha1}}", blobs_get, SCOPE),
    Route("blobs.zip", "POST", "op", f"{_TEMPLATE}/blobs", blobs_zip, SCOPE),
    Route("items.batch", "POST", "op", f"{_TEMPLATE}/itemsbatch", items_batch, SCOPE),
)
