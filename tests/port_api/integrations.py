"""Rules of integrations."""

from __future__ import annotations

from port_api.state import Object, Refused, State


def create(state: State, given: Object) -> Object:
    identifier = given.get("installationId")
    if not isinstance(identifier, str) or not identifier:
        raise Refused(422, "invalid_request", "an integration needs an installationId")
    if identifier in state.integrations:
        raise Refused(409, "identifier_taken", f'Integration "{identifier}" already exists')
    state.integrations[identifier] = {
        "config": {},
        **given,
        "identifier": identifier,
        "installationType": "OnPrem",
        "_orgId": "org_test",
        "updatedAt": state.instant(),
    }
    return state.integrations[identifier]


def get(state: State, identifier: str) -> Object:
    if identifier not in state.integrations:
        raise Refused(404, "not_found", f'Integration "{identifier}" was not found')
    return state.integrations[identifier]


def merge(state: State, identifier: str, part: Object) -> Object:
    stored = get(state, identifier)
    stored.update(part)
    stored["updatedAt"] = state.instant()
    return stored


def set_config(state: State, identifier: str, part: Object) -> Object:
    if not isinstance(part.get("config"), dict):
        raise Refused(422, "invalid_request", "config must be an object")
    return merge(state, identifier, {"config": part["config"]})


def set_resync_state(state: State, identifier: str, part: Object) -> Object:
    if part.get("status") not in ("running", "completed", "failed", "aborted"):
        raise Refused(422, "invalid_request", "status must be running, completed, failed or aborted")
    stored = merge(state, identifier, {})
    old = stored.get("resyncState")
    stored["resyncState"] = {
        **(old if isinstance(old, dict) else {}),
        **part,
        "updatedAt": stored["updatedAt"],
    }
    return stored
