"""Log lines: plain text on standard error, without secrets. Both libraries that rooms log with end here."""

from __future__ import annotations

import logging

import structlog

from fairlead.cli.output import Output


class PlainLog(logging.Handler):
    """Writes `level: logger: text`."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output
        self.setFormatter(logging.Formatter("%(levelname)s: %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one line."""
        self._output.note(self.format(record))


def configure(output: Output, level: str) -> None:
    """Lines of `level` (debug, info, warning, error) and above, from now on, go to the output's standard error."""
    logging.basicConfig(handlers=[PlainLog(output)], level=level.upper(), force=True)
    # asyncio tells at debug which selector it uses, aiohttp at info every request it serves: neither is of use here.
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"], drop_missing=True),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
