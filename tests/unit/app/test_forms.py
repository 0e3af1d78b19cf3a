"""Small forms: CSV, and services as the doctor tells them."""

from __future__ import annotations

import csv
import io

from fairlead.app.export import COLUMNS, as_csv
from fairlead.app.health import NAMES, services_of
from fairlead.app.wiring import Access
from fairlead.azure.kinds.registry import SPECS


def test_csv_holds_texts_as_they_are_and_the_rest_as_json() -> None:
    lines = (
        b'{"blueprint":"b","identifier":"1","title":"a \\"quoted\\", text\\nof two lines","properties":{"n":1}}\n'
        b'{"blueprint":"b","identifier":"2","properties":{},"relations":{"p":["x"]}}\n'
    )
    rows = list(csv.reader(io.StringIO(as_csv(lines, COLUMNS["entities"]).decode(), newline="")))
    assert rows == [
        ["b", "1", 'a "quoted", text\nof two lines', "", "", '{"n":1}', ""],
        ["b", "2", "", "", "", "{}", '{"p":["x"]}'],
    ]


def test_every_scope_has_the_name_that_it_has_where_tokens_are_made() -> None:
    assert {spec.scope for spec in SPECS.values()} - NAMES.keys() == set()


def test_a_service_is_readable_where_any_project_lets_it_be_read() -> None:
    services = services_of(
        [
            Access("vso.project", ("project",), "", "readable"),
            Access("vso.work", ("board",), "one", "readable"),
            Access("vso.work", ("board",), "two", "permission missing", "403 by the service"),
            Access("vso.release", ("release",), "one", "scope missing", "401 by the service"),
            Access("vso.unheard", ("thing",), "", "not reached"),
        ]
    )
    told = {service.name: (service.readable, service.reason, service.refused) for service in services}
    assert told == {
        "Project and Team": (True, "", ()),
        "Work Items": (True, "this identity has no permission (403 by the service)", ("two",)),
        "Release": (False, "the token lacks the scope Release (Read) (401 by the service)", ()),
        "vso.unheard": (False, "the service could not be reached", ()),
    }
