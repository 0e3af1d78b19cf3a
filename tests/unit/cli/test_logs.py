"""Log lines go to standard error, cleaned, whichever library wrote them."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from fairlead.cli.logs import configure
from fairlead.cli.output import Output
from fairlead.model.secrets import Secret


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


def test_both_libraries_end_on_standard_error_without_secrets() -> None:
    out, err = io.StringIO(), io.StringIO()
    output = Output(out, err, as_json=True)
    output.hide(Secret("t0ken"))
    configure(output, "info")
    structlog.get_logger("fairlead.azure").info("asked", header="t0ken")
    structlog.get_logger("fairlead.azure").debug("not shown")
    logging.getLogger("other").warning("refused t0ken")
    logging.getLogger("other").debug("not shown")
    assert out.getvalue() == ""
    assert err.getvalue().splitlines() == [
        "INFO: fairlead.azure: event='asked' header='…'",
        "WARNING: other: refused …",
    ]
