"""How large a seeded organization is."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of things; `projects` are those that a client can read.

    `stale_work_items` come on top of `work_items`: they are closed and were last changed long ago, so
    that the filter of Port's default mapping leaves them out. `extra_projects` adds projects in other
    states (deleting, createPending, deleted). `authors` are the people who do things; the first `users`
    of them, and as many others as are missing, are users of the organization. A project has its default
    groups first, and areas and iterations on top of those that teams and work items need. Branches are on
    average as many, beside the default branch and those of pull requests. So many repositories are `monorepos`: they
    have folders of several services beside the few files that all have. With `company` projects, teams and repositories
    have the names of a company that sells things online, in place of names with everything that names can hold.
    """

    projects: int = 4
    repositories: int = 12
    policies: int = 14
    teams: int = 6
    boards_per_team: int = 2
    work_items: int = 120
    stale_work_items: int = 20
    releases: int = 25
    extra_projects: int = 3
    authors: int = 24
    users: int = 30
    service_accounts: int = 2
    groups_per_project: int = 6
    areas_per_project: int = 3
    iterations_per_project: int = 3
    pull_requests: int = 60
    branches_per_repository: int = 1
    pipelines: int = 18
    builds: int = 60
    environments: int = 6
    company: int = 0
    monorepos: int = 0

    @classmethod
    def preset(cls, name: str) -> Sizes:
        """Return one of the presets `empty`, `tiny`, `small`, `medium`, `demo` and `large`. Raises KeyError."""
        return PRESETS[name]

    @classmethod
    def for_entities(cls, entities: int) -> Sizes:
        """Return sizes that give very nearly this many catalog entities under Port's default mapping.

        Counted are projects, repositories, boards, distinct columns, work items that pass the default
        filter, and releases; not stubs. Releases take up what rounding leaves.
        """
        from .seeding.boards import distinct_columns

        share = max(entities, 60) / 20_000
        projects = max(2, round(60 * share**0.9))
        teams = max(projects, round(130 * share))
        repositories = max(2, round(900 * share))
        work_items = max(10, round(13_000 * share))
        sizes = cls(
            projects=projects,
            repositories=repositories,
            policies=max(4, round(1_200 * share)),
            teams=teams,
            work_items=work_items,
            stale_work_items=round(2_000 * share),
            releases=0,
            **_NOBODY,
        )
        fixed = projects + repositories + teams * sizes.boards_per_team + distinct_columns(sizes)
        left = entities - fixed - work_items
        if left < 0:
            return replace(sizes, work_items=max(0, work_items + left))
        return replace(sizes, releases=left)


_NOBODY = {
    "users": 0, "service_accounts": 0, "groups_per_project": 0, "areas_per_project": 0, "iterations_per_project": 0,
    "pull_requests": 0, "branches_per_repository": 0, "pipelines": 0, "builds": 0, "environments": 0,
}  # fmt: skip
PRESETS = {
    "empty": Sizes(0, 0, 0, 0, 2, 0, 0, 0, 0, **_NOBODY),
    "tiny": Sizes(
        2, 4, 4, 2, 2, 12, 3, 4, 1,
        users=6, service_accounts=1, groups_per_project=4, areas_per_project=1, iterations_per_project=1,
        pull_requests=10,
        pipelines=5, builds=8, environments=2,
    ),
    "small": Sizes(),
    "medium": Sizes(
        15, 120, 150, 30, 2, 2_000, 400, 400,
        users=120, service_accounts=8, groups_per_project=10, areas_per_project=6, iterations_per_project=6,
        pull_requests=1_000, branches_per_repository=2,
        pipelines=200, builds=1_500, environments=36,
    ),
    "demo": Sizes(
        12, 240, 260, 36, 2, 3_000, 600, 500, 2, authors=132,
        users=150, service_accounts=8, groups_per_project=10, areas_per_project=8, iterations_per_project=6,
        pull_requests=4_800, branches_per_repository=4,
        pipelines=420, builds=6_000, environments=48, company=1, monorepos=60,
    ),
    "large": Sizes(
        60, 900, 1_200, 130, 2, 13_000, 2_000, 3_300,
        users=900, service_accounts=30, groups_per_project=10, areas_per_project=10, iterations_per_project=8,
        pull_requests=12_000, branches_per_repository=4,
        pipelines=1_500, builds=20_000, environments=150, monorepos=60,
    ),
}  # fmt: skip
