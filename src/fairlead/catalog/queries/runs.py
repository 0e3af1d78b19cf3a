"""Runs, configurations and connections in SQL."""

from __future__ import annotations

from fairlead.catalog.session import Session
from fairlead.model.errors import BadUsage
from fairlead.model.stored import StoredConnection, StoredRun


def start_run(session: Session, mode: str, request: bytes, configuration: int, now: float) -> int:
    """A new running run's id."""
    row = session.row("start_run", (mode, request, configuration, now))
    assert row is not None  # noqa: S101 - RETURNING gives a row
    return int(row[0])


def end_run(session: Session, run: int, state: str, report: bytes, now: float) -> None:
    """Ends a run; the walks of its readings that were proved have nothing more to say and go."""
    session.run("end_run", (state, report, now, run))
    session.run("drop_proved_chains", (run,))


def run(session: Session, run_: int) -> StoredRun | None:
    """One run."""
    row = session.row("run", (run_,))
    return None if row is None else StoredRun(*row)


def unfinished_run(session: Session) -> StoredRun | None:
    """The newest run that is still marked as running."""
    row = session.row("unfinished_run")
    return None if row is None else StoredRun(*row)


def runs(session: Session, limit: int) -> list[StoredRun]:
    """The newest runs, newest first."""
    return [StoredRun(*row) for row in session.rows("runs", (limit,))]


def save_configuration(
    session: Session, hash_: str, mapping: str, blueprints: str, preset: str, now: float, place: str
) -> int:
    """The id of the configuration with this hash, stored now where it is new. `place` is where it was asked for."""
    session.run("save_configuration", (hash_, mapping, blueprints, preset, now, place))
    row = session.row("configuration_id", (hash_,))
    assert row is not None  # noqa: S101 - inserted above
    return int(row[0])


def configuration(session: Session, id_: int) -> tuple[str, str, str] | None:
    """(mapping, blueprints, preset)."""
    row = session.row("configuration", (id_,))
    return None if row is None else (str(row[0]), str(row[1]), str(row[2]))


def configuration_from(session: Session, place: str) -> tuple[str, str, str] | None:
    """(mapping, blueprints, preset) of the newest run whose configuration was asked for at `place`."""
    row = session.row("configuration_from", (place,))
    return None if row is None else (str(row[0]), str(row[1]), str(row[2]))


def wishes(session: Session) -> tuple[int, int]:
    """How many wishes for a sync there have been, and up to which of them a run has come after."""
    row = session.row("wishes")
    assert row is not None  # noqa: S101 - the schema makes the row
    return int(row[0]), int(row[1])


def save_connection(session: Session, instance: str, name: str, url: str, credential: bytes) -> int:
    """The id of the connection to `instance`, made or brought up to date. BadUsage when another one has the name."""
    owner = session.row("connection_instance", (name,))
    if owner is not None and owner[0] != instance:
        raise BadUsage(
            f"a connection to another organization is already named {name!r}", advice="Choose another name."
        )
    row = session.row("save_connection", (instance, name, url, credential))
    assert row is not None  # noqa: S101 - RETURNING gives a row
    return int(row[0])


def connections(session: Session) -> list[StoredConnection]:
    """Every connection, oldest first."""
    return [StoredConnection(*row) for row in session.rows("connections")]
