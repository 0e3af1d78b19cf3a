"""Rules of integrations."""

from __future__ import annotations

from port_api.state import Object, Refused, State


def create(state: State, given: Object) -> Object:
    identifier = given.get("installationId")
    if not isinstance(identifier, str) or not identifier:
        raise Refused(422, "invalid_request", "an integration needs an installationId")
    if identifier in state.integrations:
        raise Refused(409, "identifier_taken", f'Integration "{identifier}" already exists')
    ingest = f"{state.base_url}/v1"
    state.integrations[identifier] = {
        "config": {},
        "logAttributes": {
            "ingestUrl": f"{ingest}/logs/integration/{identifier}",
            "ingestId": f"log-{identifier}",
        },
        "metricAttributes": {"ingestUrl": f"{ingest}/metrics/integration/{identifier}"},
        **given,
        "identifier": identifier,
        "installationType": "OnPrem",
        "_orgId": "org_test",
        "updatedAt": state.instant(),
    }
    ask_for_resync(state, identifier)
    return state.integrations[identifier]


def ask_for_resync(state: State, identifier: str) -> None:
    """As a person does who presses the button at Port."""
    number = len(state.resync_requests) + 1
    state.resync_requests[identifier] = {"id": f"request-{number}", "updatedAt": state.instant()}


def resync_request(state: State, identifier: str) -> Object:
    get(state, identifier)
    return {"request": state.resync_requests.get(identifier, {})}


def get(state: State, identifier: str) -> Object:
    if identifier not in state.integrations:
        raise Refused(404, "not_found", f'Integration "{identifier}" was not found')
    return state.integrations[identifier]


def merge(state: State, identifier: str, part: Object) -> Object:
    stored = get(state, identifier)
    if not part or "config" in part:
        ask_for_resync(state, identifier)
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
    stored = get(state, identifier)
    stored["updatedAt"] = state.instant()
    old = stored.get("resyncState")
    stored["resyncState"] = {
        **(old if isinstance(old, dict) else {}),
        **part,
        "updatedAt": stored["updatedAt"],
    }
    return stored
