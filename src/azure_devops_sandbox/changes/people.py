"""Changes to users, groups and who belongs to them."""

from __future__ import annotations

import random

from azure_devops_sandbox.seeding.directory import add_group, add_user
from azure_devops_sandbox.seeding.names import account, mail_domain
from azure_devops_sandbox.state.graph import Container, find_by_id
from azure_devops_sandbox.state.people import LICENSES, Group, User
from azure_devops_sandbox.state.records import Identity, Team

from .base import ChangeGroup


class PeopleChanges(ChangeGroup):
    """Verbs over users and groups. Users, groups and teams are named by their storage keys."""

    def add_user(
        self,
        name: str,
        mail: str | None = None,
        kind: str = "aad",
        license: str = "express",  # noqa: A002 its name in the control interface
    ) -> User:
        """Add a person to the organization: of its directory (`aad`) or not (`msa`)."""
        organization = self.organization
        if kind not in {"aad", "msa"} or license not in LICENSES:
            raise LookupError(f"no kind {kind!r} or no license {license!r}; known: {', '.join(LICENSES)}")
        key = organization.new_guid("user")
        mail = mail or f"{account(name)}@{mail_domain(organization.name)}"
        identity = Identity(key, name, mail, f"{kind}.{key.replace('-', '')}")
        user = add_user(organization, identity, kind, "pending", random.Random(key))
        user.license = license
        user.created = organization.clock.now()
        organization.touch(user)
        return user

    def _user(self, user: str) -> User:
        if user not in self.organization.users:
            raise LookupError(f"no user {user!r}")
        return self.organization.users[user]

    def remove_user(self, user: str) -> None:
        """Remove a user from the organization, its groups and teams; what the person did stays."""
        found = self._user(user)
        del self.organization.users[found.id]
        self._leave_everything(found.id)

    def _leave_everything(self, subject_id: str) -> None:
        organization = self.organization
        every: list[Container] = [*organization.groups.values(), *organization.teams.values()]
        for one in every:
            if subject_id in one.members:
                one.members.remove(subject_id)
                organization.touch(one)
            if isinstance(one, Team):
                one.admins.discard(subject_id)
        organization.touch()

    def rename_user(self, user: str, name: str) -> User:
        """Give a person another name: everything that the person did shows it, without a new revision."""
        found = self._user(user)
        found.identity.display_name = name
        self.organization.forget_bytes()
        self.organization.touch(found)
        return found

    def change_user(
        self,
        user: str,
        license: str | None = None,  # noqa: A002 its name in the control interface
        status: str | None = None,
    ) -> User:
        """Change the license or the status (active, pending, disabled) of a user."""
        found = self._user(user)
        if license is not None and license not in LICENSES:
            raise LookupError(f"no license {license!r}; known: {', '.join(LICENSES)}")
        found.license, found.status = license or found.license, status or found.status
        self.organization.touch(found)
        return found

    def sign_in(self, user: str) -> User:
        """Note that a user came by: the date of the last access moves, and a pending user is active."""
        found = self._user(user)
        found.accessed, found.status = self.organization.clock.now(), "active"
        self.organization.touch(found)
        return found

    def create_group(self, name: str, project: str | None = None, description: str = "") -> Group:
        """Create a group in a project or in the organization."""
        home = self._project(project).id if project is not None else None
        return add_group(self.organization, name, home, description)

    def _group(self, group: str) -> Group:
        if group not in self.organization.groups:
            raise LookupError(f"no group {group!r}")
        return self.organization.groups[group]

    def rename_group(self, group: str, name: str) -> Group:
        """Rename a group; it keeps its descriptor."""
        found = self._group(group)
        found.name = name
        self.organization.touch(found)
        return found

    def delete_group(self, group: str) -> None:
        """Delete a group."""
        found = self._group(group)
        del self.organization.groups[found.id]
        self._leave_everything(found.id)

    def _container(self, group: str) -> Container:
        found = self.organization.groups.get(group) or self.organization.teams.get(group)
        if found is None:
            raise LookupError(f"no group or team {group!r}")
        return found

    def add_member(self, group: str, member: str) -> Group | Team:
        """Make a user, group or team a member of a group or team."""
        found = self._container(group)
        if find_by_id(self.organization, member) is None:
            raise LookupError(f"no user, group or team {member!r}")
        if member in found.members:
            raise ValueError(f"{member} is a member already")
        found.members.append(member)
        self.organization.touch(found)
        return found

    def remove_member(self, group: str, member: str) -> Group | Team:
        """Take a member out of a group or team."""
        found = self._container(group)
        if member not in found.members:
            raise LookupError(f"{member!r} is no member")
        found.members.remove(member)
        if isinstance(found, Team):
            found.admins.discard(member)
        self.organization.touch(found)
        return found

    def add_team_member(self, team: str, user: str, admin: bool = False) -> Team:
        """Make a user a member of a team (a member already: only set whether it is an administrator)."""
        found, person = self._team(team), self._user(user)
        if person.id not in found.members:
            found.members.append(person.id)
        (found.admins.add if admin else found.admins.discard)(person.id)
        self.organization.touch(found)
        return found

    def remove_team_member(self, team: str, user: str) -> Team:
        """Take a user out of a team."""
        self.remove_member(self._team(team).id, user)
        return self._team(team)
