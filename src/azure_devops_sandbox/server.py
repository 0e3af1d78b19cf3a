"""Answers HTTP requests: routing, credentials, versions, faults, and the way out.

The server is aiohttp's plain request handler without its application layer, because one function routes all
and speed matters: benchmarks should measure the client.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import gzip
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from aiohttp import web

from .calls import Answer, ApiError, Call
from .clock import wall_clock
from .control import answer_control
from .faults import HTML, NOTHING, SIGN_IN_PAGE, Action, Faults, Plan, replacement, spoiled
from .ledger import Ledger
from .routes import ROUTES
from .routes.missing import forbidden, no_project, no_route, no_team
from .routing import Match, Router
from .settings import Settings
from .state.access import Access
from .state.organization import Organization
from .state.records import Project, Team
from .versions import check_version

CONTROL = "/_sandbox"
_ROUTER = Router(ROUTES)
_OPEN = frozenset({"options"})
_OF_A_TEAM = frozenset({"boards", "team-field-values", "team-iterations"})
"""Routes that without a team in the path are about the default team of the project."""


@dataclass(slots=True)
class _Reply:
    answer: Answer
    route: str = "unknown"
    plan: Plan = field(default_factory=lambda: NOTHING)
    did: Sequence[str] = ()


class Server:
    """Serves one organization."""

    def __init__(self, organization: Organization, settings: Settings | None = None) -> None:
        self.organization = organization
        self.settings = settings or Settings()
        self.faults = Faults(organization.seed)
        self.ledger = Ledger()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request to the organization or to the control interface."""
        raw_path = request.raw_path
        body = await request.read() if request.can_read_body else b""
        if raw_path.startswith(CONTROL):
            return _response(answer_control(self, request.method, raw_path, body))
        number = self.ledger.begin()
        status, size, route = 0, 0, "unknown"
        try:
            reply = self.respond(request.method, raw_path, request.headers, body)
            route = reply.route
            delay = self.settings.latency + (reply.plan.delay() if reply.plan.rules else 0.0)
            if delay:
                await asyncio.sleep(delay)
            self._squeeze(reply.answer, request.headers.get("Accept-Encoding", ""))
            if reply.plan.rules:
                self.faults.record(reply.plan, reply.did, number, request.method, route, raw_path)
                broken = await _broken(request, reply)
                if broken is not None:
                    return broken
            status, size = reply.answer.status, len(reply.answer.body)
            return _response(reply.answer)
        finally:
            self.ledger.end(number, request.method, route, raw_path, status, size)

    def respond(self, method: str, raw_path: str, headers: Mapping[str, str], body: bytes) -> _Reply:
        """Work out the answer to a request; nothing here waits."""
        path, _, raw_query = raw_path.partition("?")
        segments = path.split("/")[1:]
        match = (
            _ROUTER.find(method, segments[1:])
            if segments[0].lower() == self.organization.name.lower()
            else None
        )
        if match is None:
            refused = self._refusal(headers, None)
            return _Reply(refused or no_route(path).answer())
        project = self.organization.find_project(match.project) if match.project is not None else None
        plan = self.faults.plan(method, match.route.name, self._project_id(match, project))
        now = wall_clock()
        subject = next(iter(match.params.values()), match.project or "")
        answer = replacement(plan, match.route.name, subject, self.organization.owner.display_name, now)
        reply = _Reply(answer or Answer(), match.route.name, plan)
        if answer is None:
            reply.answer = self._refusal(headers, match) or self._served(
                match, project, raw_query, headers, body, method, reply
            )
            spoiled(plan, reply.answer, now)
        return reply

    def _project_id(self, match: Match, project: Project | None) -> str | None:
        if project is not None:
            return project.id
        named = self.organization.find_project(match.params.get("projectId", ""))
        return named.id if named is not None else None

    # ---- credentials ----------------------------------------------------------------------------

    def _refusal(self, headers: Mapping[str, str], match: Match | None) -> Answer | None:
        """Return the answer to a credential that does not do, or None."""
        if match is not None and match.route.name in _OPEN:
            return None
        access = self._access(headers)
        if access is None:
            return self._sign_in(headers)
        if match is not None and not access.grants(match.route.scope):
            return Answer(b"", 401, HTML, {"WWW-Authenticate": f'Basic realm="{self.settings.served_url}"'})
        return None

    def _access(self, headers: Mapping[str, str]) -> Access | None:
        kind, _, value = headers.get("Authorization", "").partition(" ")
        token = value.strip()
        if kind.lower() == "basic":
            try:
                token = base64.b64decode(token, validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError):
                return None
        elif kind.lower() != "bearer":
            return None
        access = self.organization.access.get(token)
        return None if access is None or access.expired(self.organization.clock.now()) else access

    def _sign_in(self, headers: Mapping[str, str]) -> Answer:
        style = self.settings.bad_credentials
        if style == "302" and headers.get("X-TFS-FedAuthRedirect", "").lower() != "suppress":
            return Answer(
                b"", 302, HTML, {"Location": f"{self.settings.served_url.rsplit('/', 1)[0]}/_signin"}
            )
        if style == "203":
            return Answer(SIGN_IN_PAGE, 203, HTML)
        return Answer(b"", 401, HTML, {"WWW-Authenticate": f'Basic realm="{self.settings.served_url}"'})

    # ---- the call -------------------------------------------------------------------------------

    def _served(
        self,
        match: Match,
        project: Project | None,
        raw_query: str,
        headers: Mapping[str, str],
        body: bytes,
        method: str,
        reply: _Reply,
    ) -> Answer:
        query = {name.lower(): value for name, value in parse_qsl(raw_query, keep_blank_values=True)}
        accept = headers.get("Accept", "")
        access = self._access(headers) or Access("", self.organization.owner)
        effects = reply.plan.effects() if reply.plan.rules else None
        try:
            version = check_version(query.get("api-version"), accept, method, match.route.preview_only)
            call = Call(
                self.organization,
                access,
                match.route.name,
                match.params,
                query,
                body,
                accept,
                version,
                self.settings,
            )
            if effects is not None:
                call.effects = effects
            self._enter(call, match, project)
            return match.route.handler(call)
        except ApiError as error:
            return error.answer()
        finally:
            if effects is not None:
                reply.did = effects.done

    def _enter(self, call: Call, match: Match, project: Project | None) -> None:
        """Go into the project and team of the path. Raises ApiError if they are closed to the identity."""
        permissions = call.access.permissions
        inside = project
        if match.project is not None:
            if project is None or project.state != "wellFormed" or not permissions.sees_project(project):
                raise no_project(match.project)
            call.project = project
        elif "projectId" in match.params and match.route.name != "projects.get":
            inside = self.organization.find_project(match.params["projectId"])
        if inside is not None and inside.id in permissions.forbidden_projects:
            raise forbidden(call.access.identity.display_name)
        if match.route.name.split(".")[0] in _OF_A_TEAM:
            call.team = self._team(call, match)
        elif match.team is not None:
            self._team(call, match)

    def _team(self, call: Call, match: Match) -> Team:
        """Return the team of the path, without one the default team."""
        project = call.here
        wanted = match.team or project.default_team
        team = self.organization.find_team(project, wanted)
        if team is None or not call.access.permissions.sees_team(team):
            raise no_team(wanted)
        return team

    def _squeeze(self, answer: Answer, accepted: str) -> None:
        if self.settings.gzip and len(answer.body) > 1_000 and "gzip" in accepted.lower():
            answer.body = gzip.compress(answer.body, 1, mtime=0)
            answer.headers["Content-Encoding"] = "gzip"


def _response(answer: Answer) -> web.Response:
    answer.headers["Content-Type"] = answer.content_type
    return web.Response(body=answer.body, status=answer.status, headers=answer.headers)


async def _broken(request: web.BaseRequest, reply: _Reply) -> web.StreamResponse | None:
    """Reset the connection, or cut the body in the middle, if a fault says so."""
    fault = reply.plan.first(Action.RESET, Action.TRUNCATE)
    if fault is None:
        return None
    response = web.StreamResponse(status=reply.answer.status, headers=reply.answer.headers)
    transport = request.transport
    if fault.action is Action.TRUNCATE:
        body = reply.answer.body
        response.headers["Content-Type"] = reply.answer.content_type
        response.content_length = len(body) or 2
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
    if transport is not None:
        peer = transport.get_extra_info("socket")
        if peer is not None and fault.action is Action.RESET:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        else:
            transport.close()
    return response
