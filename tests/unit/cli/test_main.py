"""The frame of the command line: exit codes, errors, and that help is quick."""

from __future__ import annotations

import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from fairlead import __version__
from fairlead.cli import exits
from fairlead.cli.main import main
from fairlead.cli.output import Output
from fairlead.model import errors
from fairlead.model.secrets import Secret

SECRET = Secret("t0ken-of-the-test")


def streams(*, as_json: bool = False) -> tuple[Output, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    return Output(out, err, as_json=as_json), out, err


def call(*arguments: str) -> tuple[int, str, str]:
    output, out, err = streams(as_json="--json" in arguments)
    return main(list(arguments), output), out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("sync", "--nonsense"),
        ("connect",),
        ("runs", "one"),
        ("runs", "--limit", "0"),
        ("export", "--what", "everything"),
        ("export", "--format", "parquet"),
        ("sync", "--full", "--incremental"),
        ("mapping", "nonsense"),
    ],
)
def test_usage_errors_are_64(arguments: tuple[str, ...]) -> None:
    code, out, err = call(*arguments)
    assert code == exits.USAGE
    assert err.startswith("error: ")
    assert out == ""


def test_usage_errors_are_json_where_asked() -> None:
    code, out, _ = call("sync", "--nonsense", "--json")
    assert code == exits.USAGE
    assert json.loads(out)["error"] == {
        "type": "BadUsage",
        "message": "No such option: --nonsense",
        "advice": "see: fairlead --help",
        "exit_code": 64,
    }


def test_every_error_class_has_its_exit_code() -> None:
    special = {errors.BadUsage: 64, errors.BadCredential: 77, errors.TargetRejected: 5}
    classes = [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, errors.FairleadError)
    ]
    assert len(classes) > 10
    for each in classes:
        assert exits.code_of(each("x")) == special.get(each, 1)


def test_an_error_has_its_advice_on_a_line_of_its_own_and_no_secret() -> None:
    output, out, err = streams(as_json=True)
    output.hide(SECRET)
    code = output.error(errors.BadCredential(f"refused: {SECRET.reveal()}", advice=f"not {SECRET.reveal()}"))
    assert code == exits.CREDENTIAL
    assert err.getvalue() == "error: refused: …\nnot …\n"
    assert json.loads(out.getvalue())["error"]["message"] == "refused: …"


def test_a_fault_is_shown_whole_but_for_secrets() -> None:
    output, out, err = streams(as_json=True)
    output.hide(SECRET)
    try:
        raise ValueError(f"broken by {SECRET.reveal()}")
    except ValueError as error:
        output.crash(type(error), error, error.__traceback__)
    assert "Traceback" in err.getvalue()
    assert SECRET.reveal() not in err.getvalue() + out.getvalue()
    assert json.loads(out.getvalue())["error"]["exit_code"] == 1


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--version")[0] == 0
    assert capsys.readouterr().out == f"fairlead {__version__}\n"


def process(*arguments: str, directory: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("FAIRLEAD", "OCEAN"))
    }
    return subprocess.run(
        [sys.executable, "-c", "from fairlead.cli.main import run; run()", *arguments],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_is_quick(tmp_path: Path) -> None:
    def seconds() -> float:
        """Of CPU: what others do on this machine meanwhile is no fault of ours."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert process("--help", directory=tmp_path).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    assert min(seconds() for _ in range(5)) < 0.3


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from fairlead.cli.main import main; from fairlead.cli.output import Output;"
        "main(['--help'], Output(sys.stdout, sys.stderr, as_json=False));"
        "heavy = {'aiohttp', 'fastapi', 'jq', 'pydantic', 'rich', 'sqlite3', 'uvicorn', 'yaml'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_sync_does_without_the_web_framework(tmp_path: Path) -> None:
    code = (
        "import sys; import fairlead.app.sync, fairlead.cli.commands, fairlead.cli.run_text;"
        "print(sorted({'fastapi', 'starlette', 'uvicorn'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("arguments", [("runs",), ("export",), ("explain", "service", "a")])
def test_reading_without_a_catalog_says_so(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = process(*arguments, directory=tmp_path)
    assert done.returncode == exits.ERROR
    assert "there is no such file" in done.stderr
    assert "sync" in done.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []
