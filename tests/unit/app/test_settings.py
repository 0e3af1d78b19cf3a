"""Settings: the order of layers, three dialects, warnings, and that no message holds a secret."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from fairlead.app.settings.load import load, read_token
from fairlead.app.settings.schema import Layer, known_names, variable
from fairlead.app.settings.values import ListenerSettings, PortSettings, Settings
from fairlead.model.errors import BadUsage
from fairlead.model.secrets import Secret

PAT = "p4t-that-must-not-be-seen"
OWN = {
    "FAIRLEAD_AZURE__ORGANIZATION_URL": "https://dev.azure.com/acme/",
    "FAIRLEAD_AZURE__PERSONAL_ACCESS_TOKEN": PAT,
}
OCEAN = {
    "OCEAN__PORT__CLIENT_ID": "port-client",
    "OCEAN__PORT__CLIENT_SECRET": "port-secret",
    "OCEAN__INTEGRATION__IDENTIFIER": "ado",
    "OCEAN__INTEGRATION__CONFIG__ORGANIZATION_URL": "https://dev.azure.com/ocean",
    "OCEAN__INTEGRATION__CONFIG__PERSONAL_ACCESS_TOKEN": PAT,
}
SCRIPT = {
    "PORT_CLIENT_ID": "port-client",
    "PORT_CLIENT_SECRET": "port-secret",
    "AZURE_DEVOPS_ORG_ID": "my-org",
    "AZURE_DEVOPS_APP_PASSWORD": PAT,
}


def read(environment: dict[str, str], directory: Path, flags: Layer | None = None) -> Settings:
    return load(environment, directory, flags or {})


def test_nothing_configured_is_a_catalog_below_the_directory(tmp_path: Path) -> None:
    settings = read({}, tmp_path)
    assert settings.catalog_url == f"sqlite:///{tmp_path}/.fairlead/catalog.db"
    assert (settings.preset, settings.preset_named, settings.connections, settings.port) == (
        "standard",
        False,
        (),
        None,
    )


def test_own_dialect_names_a_connection(tmp_path: Path) -> None:
    (connection,) = read(OWN | {"FAIRLEAD_AZURE__HOSTS__VSRM": "https://releases"}, tmp_path).connections
    assert connection.url == "https://dev.azure.com/acme"
    assert connection.token == Secret(PAT)
    assert connection.hosts.given() == {"vsrm": "https://releases"}


def test_each_layer_wins_over_the_one_below(tmp_path: Path) -> None:
    (tmp_path / "fairlead.yaml").write_text("catalog_url: sqlite:///file.db\nlog_level: info\npreset: port\n")
    environment = {"FAIRLEAD_CATALOG_URL": "sqlite:///environment.db", "FAIRLEAD_LOG_LEVEL": "ERROR"}
    settings = read(environment, tmp_path, {"catalog_url": "sqlite:///flag.db"})
    assert (settings.catalog_url, settings.log_level, settings.preset) == (
        "sqlite:///flag.db",
        "error",
        "port",
    )


def test_own_names_win_over_ocean_s(tmp_path: Path) -> None:
    (connection,) = read(OCEAN | OWN, tmp_path).connections
    assert connection.url == "https://dev.azure.com/acme"


def test_ocean_flat(tmp_path: Path) -> None:
    settings = read(OCEAN | {"OCEAN__EVENT_LISTENER": '{"type": "ONCE"}'}, tmp_path)
    assert (settings.dialect, settings.preset, settings.preset_named) == ("ocean", "port", False)
    assert settings.connections[0].url == "https://dev.azure.com/ocean"
    assert settings.port is not None
    assert (settings.port.client_id, settings.port.integration) == ("port-client", "ado")
    assert settings.listener == ListenerSettings("ONCE", options={"type": "ONCE"})


@pytest.mark.parametrize(
    "keys", [("organizationUrl", "personalAccessToken"), ("organization_url", "personal_access_token")]
)
def test_ocean_json_takes_both_spellings(tmp_path: Path, keys: tuple[str, str]) -> None:
    config = {keys[0]: "https://dev.azure.com/json", keys[1]: PAT}
    environment = {
        "OCEAN__INTEGRATION": json.dumps({"identifier": "from-json", "config": config}),
        "OCEAN__PORT": json.dumps(
            {"clientId": "c", "clientSecret": "s", "base_url": "https://port.example/"}
        ),
    }
    settings = read(environment, tmp_path)
    assert settings.connections[0].url == "https://dev.azure.com/json"
    assert settings.port is not None
    assert (settings.port.integration, settings.port.base_url) == ("from-json", "https://port.example")


def test_ocean_nested_name_wins_over_json(tmp_path: Path) -> None:
    environment = OCEAN | {
        "OCEAN__INTEGRATION": '{"identifier": "json", "config": {"organizationUrl": "https://x/y"}}'
    }
    settings = read(environment, tmp_path)
    assert settings.connections[0].url == "https://dev.azure.com/ocean"


@pytest.mark.parametrize(
    "urls",
    [
        "https://dev.azure.com/a, https://dev.azure.com/b",
        '["https://dev.azure.com/a","https://dev.azure.com/b"]',
    ],
)
def test_ocean_several_organizations(tmp_path: Path, urls: str) -> None:
    environment = {"OCEAN__INTEGRATION__CONFIG__ORGANIZATION_URLS": urls}
    found = [connection.url for connection in read(environment, tmp_path).connections]
    assert found == ["https://dev.azure.com/a", "https://dev.azure.com/b"]


def test_ocean_minutes_are_seconds_here(tmp_path: Path) -> None:
    environment = OCEAN | {
        "OCEAN__SCHEDULED_RESYNC_INTERVAL": "120",
        "OCEAN__INITIALIZE_PORT_RESOURCES": "false",
    }
    settings = read(environment, tmp_path)
    assert settings.intervals.full == 7200
    assert settings.port is not None
    assert not settings.port.initialize


@pytest.mark.parametrize("name", ["OCEAN__CLIENT_TIMEOUT", "FAIRLEAD_PORT__TIMEOUT"])
def test_the_time_that_port_has_for_an_answer(tmp_path: Path, name: str) -> None:
    settings = read(OCEAN | {name: "9"}, tmp_path)
    assert settings.port is not None
    assert settings.port.timeout == 9
    with pytest.raises(BadUsage, match="timeout"):
        read(OCEAN | {name: "0"}, tmp_path)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (OCEAN, True),
        (OCEAN | {"OCEAN__SEND_RAW_DATA_EXAMPLES": "false"}, False),
        (OCEAN | {"FAIRLEAD_PORT__SEND_EXAMPLES": "false"}, False),
        (SCRIPT, False),
        (SCRIPT | {"FAIRLEAD_PORT__SEND_EXAMPLES": "true"}, True),
    ],
)
def test_raw_records_are_shown_where_they_were_so_far(
    tmp_path: Path, given: dict[str, str], shown: bool
) -> None:
    settings = read(given, tmp_path)
    assert settings.port is not None
    assert settings.port.send_examples is shown


@pytest.mark.parametrize("given", [{"OCEAN__PORT__BASE_URL": ""}, {"OCEAN__PORT": '{"base_url": ""}'}])
def test_an_empty_base_url_is_the_default(tmp_path: Path, given: dict[str, str]) -> None:
    settings = read(OCEAN | given, tmp_path)
    assert settings.port is not None
    assert settings.port.base_url == "https://api.getport.io"


def test_ocean_names_that_are_not_ours_are_left_alone(tmp_path: Path) -> None:
    settings = read(
        OCEAN
        | {
            "OCEAN__PROCESS_EXECUTION_MODE": "single_process",
            "OCEAN__STATUS_HEARTBEAT_INTERVAL_SECONDS": "9",
        },
        tmp_path,
    )
    assert settings.warnings == ()


def test_script_dialect(tmp_path: Path) -> None:
    settings = read(SCRIPT, tmp_path)
    assert (settings.dialect, settings.preset, settings.warnings) == ("script", "port-script", ())
    assert settings.connections[0].url == "https://dev.azure.com/my-org"
    assert settings.connections[0].token == Secret(PAT)
    assert settings.port == PortSettings(
        "port-client", Secret("port-secret"), integration="azure-devops-resources", is_integration=False
    )


def test_other_dialects_are_integrations(tmp_path: Path) -> None:
    port = read(OCEAN, tmp_path).port
    assert port
    assert port.is_integration


@pytest.mark.parametrize("url", ["https://my-org.visualstudio.com", "http://127.0.0.1:9/tfs/One"])
def test_the_script_may_name_an_address(tmp_path: Path, url: str) -> None:
    assert read(SCRIPT | {"AZURE_DEVOPS_ORG_ID": f" {url}/ "}, tmp_path).connections[0].url == url


@pytest.mark.parametrize("name", ["my org", "my/org", "?", "-org", "dev.azure.com/my-org", PAT + "!"])
def test_the_script_s_organization_must_be_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadUsage, match="AZURE_DEVOPS_ORG_ID is no organization's name") as raised:
        read(SCRIPT | {"AZURE_DEVOPS_ORG_ID": name}, tmp_path)
    assert name not in raised.value.message + raised.value.advice


@pytest.mark.parametrize("name", ["", "  "])
def test_the_script_without_an_organization_is_not_read(tmp_path: Path, name: str) -> None:
    settings = read(SCRIPT | {"AZURE_DEVOPS_ORG_ID": name}, tmp_path)
    assert (settings.dialect, settings.connections, settings.port) == ("own", (), None)
    (warning,) = settings.warnings
    assert warning == (
        "AZURE_DEVOPS_APP_PASSWORD is set and AZURE_DEVOPS_ORG_ID is not: the script's variables are not read"
    )


@pytest.mark.parametrize("half", ["PORT_CLIENT_ID", "PORT_CLIENT_SECRET"])
def test_the_script_needs_both_of_ports_variables_or_neither(tmp_path: Path, half: str) -> None:
    neither = {name: value for name, value in SCRIPT.items() if not name.startswith("PORT_")}
    assert read(neither, tmp_path).port is None
    with pytest.raises(BadUsage, match=r"Port's client .* is not set") as raised:
        read(neither | {half: SCRIPT[half]}, tmp_path)
    assert "PORT_CLIENT_ID and PORT_CLIENT_SECRET" in raised.value.advice


def test_the_own_dialect_wins_over_the_script_in_all_but_the_connection(tmp_path: Path) -> None:
    given = {"FAIRLEAD_PORT__BASE_URL": "http://127.0.0.1:9", "FAIRLEAD_PORT__INTEGRATION_IDENTIFIER": "mine"}
    settings = read(SCRIPT | given | {"FAIRLEAD_PRESET": "standard"}, tmp_path)
    assert settings.port
    assert (settings.dialect, settings.preset) == ("script", "standard")
    assert (settings.port.base_url, settings.port.integration) == ("http://127.0.0.1:9", "mine")


def test_script_dialect_is_not_read_beside_another_connection(tmp_path: Path) -> None:
    settings = read(SCRIPT | OWN, tmp_path)
    assert (settings.dialect, settings.port, settings.warnings) == ("own", None, ())
    assert settings.connections[0].url == "https://dev.azure.com/acme"


@pytest.mark.parametrize("name", ["AZURE_DEVOPS_EXT_PAT", "SYSTEM_ACCESSTOKEN"])
def test_tokens_that_others_set(tmp_path: Path, name: str) -> None:
    environment = {"FAIRLEAD_AZURE__ORGANIZATION_URL": "https://dev.azure.com/acme", name: PAT}
    (connection,) = read(environment, tmp_path).connections
    assert (connection.token, connection.token_from) == (Secret(PAT), name)


def test_a_token_with_an_organization_is_not_for_another(tmp_path: Path) -> None:
    assert read(OWN, tmp_path).token is None
    alone = {"FAIRLEAD_AZURE__PERSONAL_ACCESS_TOKEN": PAT}
    assert read(alone, tmp_path).token == Secret(PAT)


def test_file_with_several_connections(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{PAT}\n")
    (tmp_path / "fairlead.yaml").write_text(
        "connections:\n"
        "  - {name: one, organization_url: https://dev.azure.com/one, personal_access_token_file: token}\n"
        "  - {organization_url: https://dev.azure.com/two}\n"
    )
    one, two = read({}, tmp_path).connections
    assert (one.name, one.token, two.token) == ("one", Secret(PAT), None)


def test_paths_in_the_file_are_relative_to_it(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "f.yaml").write_text("mapping_file: mapping.yml\n")
    settings = read({"FAIRLEAD_CONFIG": "etc/f.yaml"}, tmp_path)
    assert settings.mapping_file == tmp_path / "etc" / "mapping.yml"


def test_unknown_variable_is_a_warning_with_a_hint(tmp_path: Path) -> None:
    (warning,) = read({"FAIRLEAD_CATALOGUE_URL": PAT}, tmp_path).warnings
    assert (
        warning
        == "the variable FAIRLEAD_CATALOGUE_URL is not one that Fairlead reads: did you mean FAIRLEAD_CATALOG_URL?"
    )


@pytest.mark.parametrize(
    ("environment", "file", "message"),
    [
        (
            {"FAIRLEAD_PRESET": "fancy"},
            "",
            "setting preset: input should be 'standard', 'port' or 'port-script'",
        ),
        ({"FAIRLEAD_INTERVALS__FULL": PAT}, "", "setting intervals.full: input should be a valid number"),
        (
            {"OCEAN__INTEGRATION": "{" + PAT},
            "",
            "the variable OCEAN__INTEGRATION is not JSON: line 1, column 2",
        ),
        ({"OCEAN__SCHEDULED_RESYNC_INTERVAL": PAT}, "", "must be a number of minutes"),
        ({"OCEAN__EVENT_LISTENER": PAT}, "", "setting listener.options: input should be a valid dictionary"),
        (
            {"OCEAN__EVENT_LISTENER": '{"interval": "x"}'},
            "",
            "setting listener.interval: input should be a valid number",
        ),
        ({"OCEAN__PORT__CLIENT_SECRET": PAT}, "", "Port's client id is not set"),
        ({"FAIRLEAD_CONFIG": "gone.yaml"}, "", "cannot be read: No such file"),
        ({}, f"azure: {{personal_access_tokn: {PAT}}}", "unknown setting azure.personal_access_tokn"),
        ({}, f"azure: {{personal_access_token: [{PAT}]}}", "setting azure.personal_access_token"),
        ({}, f"- {PAT}", "must hold names with values"),
        ({}, f"a: b: {PAT}", "is not YAML: line 1, column 5"),
        (
            {
                "FAIRLEAD_AZURE__ORGANIZATION_URL": "https://x/y",
                "FAIRLEAD_AZURE__PERSONAL_ACCESS_TOKEN_FILE": "no",
            },
            "",
            "the token file",
        ),
    ],
)
def test_bad_settings_say_where_and_never_what(
    tmp_path: Path, environment: dict[str, str], file: str, message: str
) -> None:
    if file:
        (tmp_path / "fairlead.yaml").write_text(file)
    with pytest.raises(BadUsage) as caught:
        read(environment, tmp_path)
    assert message in caught.value.message
    assert PAT not in caught.value.message + caught.value.advice
    assert caught.value.__cause__ is None


def test_token_files(tmp_path: Path) -> None:
    path = tmp_path / "pat"
    path.write_text(f"  {PAT}\r\n")
    assert read_token(path) == Secret(PAT)
    for content, message in (("", "is empty"), (f"a {PAT}", "nothing else")):
        path.write_text(content)
        with pytest.raises(BadUsage, match=message) as caught:
            read_token(path)
        assert PAT not in caught.value.message


def test_settings_never_show_a_secret(tmp_path: Path) -> None:
    settings = read(OCEAN | {"FAIRLEAD_SECRET_KEY": PAT, "FAIRLEAD_AZURE__WEBHOOK_SECRET": PAT}, tmp_path)
    assert PAT not in repr(settings)
    assert "port-secret" not in repr(settings)
    assert {secret.reveal() for secret in settings.secrets()} == {PAT, "port-secret"}
    with pytest.raises(TypeError):
        msgspec.json.encode(settings)


@pytest.mark.parametrize(
    ("given", "url", "password"),
    [
        (
            "postgresql://u:s3c%2Fret@db:1/c?sslmode=require",
            "postgresql://u@db:1/c?sslmode=require",
            "s3c/ret",
        ),
        (
            "postgresql://db/c?password=s3c%2Fret&sslmode=require",
            "postgresql://db/c?sslmode=require",
            "s3c/ret",
        ),
        ("postgresql://u@db/c?host=%2Frun", "postgresql://u@db/c?host=%2Frun", None),
        ("sqlite:////var/c.db", "sqlite:////var/c.db", None),
        ("c.db", "c.db", None),
    ],
)
def test_a_servers_password_is_a_secret(tmp_path: Path, given: str, url: str, password: str | None) -> None:
    settings = read({"FAIRLEAD_CATALOG_URL": given}, tmp_path)
    assert settings.catalog_url == url
    assert [secret.reveal() for secret in settings.secrets()] == ([password] if password else [])
    assert "s3c" not in repr(settings)


def test_names_of_the_design_are_known() -> None:
    variables = {variable(name) for name in known_names()}
    hosts = {
        f"FAIRLEAD_AZURE__HOSTS__{host}"
        for host in ("VSSPS", "VSRM", "VSAEX", "ADVSEC", "ANALYTICS", "FEEDS", "AUDIT")
    }
    assert (
        hosts
        | {
            "FAIRLEAD_CATALOG_URL",
            "FAIRLEAD_PRESET",
            "FAIRLEAD_MAPPING_FILE",
            "FAIRLEAD_BLUEPRINTS_FILE",
            "FAIRLEAD_AZURE__WEBHOOK_SECRET",
            "FAIRLEAD_PORT__CLIENT_ID",
            "FAIRLEAD_PORT__BASE_URL",
            "FAIRLEAD_INTERVALS__INCREMENTAL",
            "FAIRLEAD_INTERVALS__FULL",
            "FAIRLEAD_INTERVALS__HOOKS",
            "FAIRLEAD_JQ_ENV",
        }
        <= variables
    )
