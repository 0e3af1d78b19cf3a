"""What a person does on the page, from home to an entity and back."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.browsing import Scheme, audit, executable, opened
from e2e.conftest import Site

if executable() is None:
    pytest.skip(
        "there is no Chromium on this machine: the page is not tested (apt-get install chromium)",
        allow_module_level=True,
    )

EXACT = re.compile(r"^\w{3}, \d{1,2} \w{3} \d{4}, \d\d:\d\d:\d\d")


def at(entity: dict[str, object]) -> str:
    """The path of an entity's page."""
    return f"/catalog/{entity['blueprint']}/{quote(str(entity['identifier']), safe='')}"


def properties(entity: dict[str, object]) -> dict[str, object]:
    found = entity["properties"]
    assert isinstance(found, dict)
    return found


def relations(entity: dict[str, object]) -> dict[str, object]:
    found = entity["relations"]
    assert isinstance(found, dict)
    return found


def whole(site: Site) -> dict[str, object]:
    """A work item that has tags and is assigned to somebody."""
    return next(
        item
        for item in site.of("workItem")
        if properties(item).get("tags") and properties(item).get("assignedTo")
    )


def test_home_shows_totals_and_proof(page: Page, site: Site) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{len(site.entities):,} entities")
    scopes = page.get_by_role("link", name=re.compile(r"^(\d+) of \1 scopes proved complete · \d\d:\d\d$"))
    expect(scopes).to_be_visible()
    cards = page.get_by_role("region", name="Catalog").get_by_role("link")
    expect(cards.filter(has_text="Work item")).to_have_text(f"Work item{len(site.of('workItem')):,}")
    expect(page.get_by_role("region", name="Last runs").get_by_role("row")).to_have_count(2)
    assert page.title() == "Fairlead"


def test_an_empty_catalog_tells_how_to_begin(browser: Browser, empty: str) -> None:
    with opened(browser, empty) as (page, watch):
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Bring your organization in")
        expect(page.get_by_text("fairlead connect https://dev.azure.com/YOUR-ORG")).to_be_visible()
        expect(page.get_by_role("button", name="Copy the command")).to_have_count(2)
        assert (audit(page), watch.wrong) == ([], [])


def test_the_keyboard_searches_and_opens(page: Page, site: Site) -> None:
    item = whole(site)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("entities")
    page.keyboard.press("/")
    page.keyboard.type(str(item["title"]).lower())
    expect(page.get_by_role("option").first).to_contain_text(str(item["title"]))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(str(item["title"]))
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search the catalog")).to_be_focused()


def test_a_table_filters_and_its_link_shows_the_same(page: Page, site: Site) -> None:
    items = site.of("workItem")
    state = str(properties(items[0])["state"])
    alike = [item for item in items if properties(item).get("state") == state]
    page.goto("/catalog/workItem")
    count = page.get_by_role("main").get_by_role("status")
    expect(count).to_have_text(f"{len(items):,}")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("combobox", name="Field").fill("state")
    page.get_by_role("option", name="State", exact=True).click()
    page.get_by_role("combobox", name="Value").fill(state)
    page.keyboard.press("Enter")
    expect(count).to_have_text(f"{len(alike):,} of {len(items):,}")
    expect(page.get_by_role("button", name=f"State is {state}")).to_be_visible()
    page.goto(page.url)
    expect(count).to_have_text(f"{len(alike):,} of {len(items):,}")
    page.get_by_role("button", name="Remove the filter on State").click()
    expect(count).to_have_text(f"{len(items):,}")


def test_a_table_finds_by_words_and_sorts(page: Page, site: Site) -> None:
    titles = sorted(str(item["title"]) for item in site.of("workItem"))
    word = titles[0].split()[-1]
    page.goto("/catalog/workItem")
    page.get_by_role("textbox", name="Filter by title or identifier").fill(word)
    found = [title for title in titles if word.lower() in title.lower()]
    count = page.get_by_role("main").get_by_role("status")
    expect(count).to_have_text(f"{len(found):,} of {len(titles):,}")
    page.get_by_role("button", name="Title", exact=True).click()
    expect(page.get_by_role("columnheader", name="Title")).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("tbody tr").first.get_by_role("link").first).to_have_text(found[0])


def test_columns_are_chosen_and_remembered(page: Page) -> None:
    page.goto("/catalog/workItem")
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="Priority").check()
    expect(page.get_by_role("columnheader", name="Priority")).to_be_visible()
    page.reload()
    expect(page.get_by_role("columnheader", name="Priority")).to_be_visible()


def test_an_entity_shows_its_properties_and_where_they_came_from(page: Page, site: Site) -> None:
    item = whole(site)
    page.goto(at(item))
    shown = page.get_by_role("region", name="Properties")
    expect(shown.get_by_text(str(properties(item)["assignedTo"]), exact=True).first).to_be_visible()
    expect(page.get_by_text(str(item["identifier"]), exact=True)).to_be_visible()
    link = page.get_by_role("link", name="Open in Azure DevOps")
    expect(link).to_have_attribute("href", str(properties(item)["url"]))
    page.get_by_role("button", name="Where State came from").click()
    expect(shown.get_by_text('.fields["System.State"]')).to_be_visible()
    number = str(item["identifier"]).rpartition("/")[2]
    expect(shown.get_by_text(f"work-item {number}")).to_be_visible()
    expect(page.get_by_role("region", name="History")).to_contain_text("Created")
    instant = shown.locator("time").first
    assert EXACT.match(instant.get_attribute("title") or "")


def test_relations_lead_to_another_entity_and_back(page: Page, site: Site) -> None:
    column = site.of("column")[0]
    board = next(each for each in site.of("board") if each["identifier"] == relations(column)["board"])
    heading = page.get_by_role("heading", level=1)
    page.goto(at(column))
    page.get_by_role("region", name="Points to").get_by_role("link", name=str(board["title"])).click()
    expect(heading).to_have_text(str(board["title"]))
    incoming = page.get_by_role("region", name="Pointed to by")
    incoming.get_by_role("link", name=str(column["title"]), exact=True).click()
    expect(heading).to_have_text(str(column["title"]))
    page.go_back()
    expect(heading).to_have_text(str(board["title"]))


def test_what_points_to_an_entity_opens_as_a_table(page: Page, site: Site) -> None:
    project = site.of("project")[0]
    items = [item for item in site.of("workItem") if relations(item)["project"] == project["identifier"]]
    page.goto(at(project))
    incoming = page.get_by_role("region", name="Pointed to by")
    group = incoming.locator("section").filter(has=page.get_by_role("heading", name="Work item"))
    group.get_by_role("link", name="as a table").click()
    expect(page.get_by_role("main").get_by_role("status")).to_have_text(
        f"{len(items):,} of {len(site.of('workItem')):,}"
    )
    expect(page.get_by_role("button", name=f"Project is {project['title']}")).to_be_visible()


def test_an_entity_that_is_not_there_is_explained(browser: Browser, site: Site) -> None:
    with opened(browser, site.url) as (page, watch):
        page.goto("/catalog/workItem/never")
        expect(page.get_by_role("region", name="This entity is not there")).to_contain_text("No record")
        assert (audit(page), watch.wrong) == ([], ["404 /api/entity"])


NOTICE = """() => {
  window.noticed = [];
  const look = () => {
    for (const each of document.querySelectorAll("h2, [role=progressbar], header a")) {
      const name = each.getAttribute("aria-label") ?? each.textContent;
      if (!window.noticed.includes(name)) window.noticed.push(name);
    }
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""
"""Keeps what comes up, however short: a small sync may be over before anybody looks."""


def test_a_sync_shows_its_progress_and_its_end(page: Page) -> None:
    page.goto("/")
    rows = page.get_by_role("region", name="Last runs").get_by_role("row")
    expect(rows).to_have_count(2)
    page.evaluate(NOTICE)
    page.get_by_role("button", name="Sync now").click()
    expect(rows).to_have_count(3)
    expect(page.get_by_role("region", name="Sync").get_by_role("heading", name="Last sync")).to_be_visible()
    noticed = page.evaluate("window.noticed")
    assert {"Syncing run 2", "Work item", "Repository"} <= set(noticed)
    assert any(re.match(r"Syncing, [\d,]+ records so far", name) for name in noticed)
    page.get_by_role("link", name="Runs", exact=True).click()
    page.get_by_role("row").nth(1).get_by_role("link").click()
    expect(page.get_by_role("region", name="Readings")).to_contain_text("work-item")
    expect(page.get_by_role("region", name="Changes")).to_contain_text("Nothing changed")
    expect(page.get_by_role("region", name="Requests")).to_contain_text("_apis/projects")


def test_the_theme_follows_the_system_until_one_is_chosen(browser: Browser, site: Site) -> None:
    with opened(browser, site.url, scheme="dark") as (page, watch):
        root = page.locator("html")
        page.goto("/")
        expect(root).to_have_attribute("data-mantine-color-scheme", "dark")
        page.get_by_role("button", name="Theme").click()
        page.get_by_role("menuitem", name="Light").click()
        expect(root).to_have_attribute("data-mantine-color-scheme", "light")
        page.reload()
        expect(root).to_have_attribute("data-mantine-color-scheme", "light")
        assert watch.wrong == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360)])
def test_every_page_can_be_read_by_everyone(browser: Browser, site: Site, scheme: Scheme, width: int) -> None:
    paths = {
        "/": "entities",
        "/catalog/workItem": "Work item",
        at(whole(site)): str(whole(site)["title"]),
        "/runs": "Runs",
        "/runs/1": "Run 1",
        "/nowhere": "There is no such page",
    }
    with opened(browser, site.url, scheme, width) as (page, watch):
        for path, heading in paths.items():
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
            expect(page.locator(".mantine-Skeleton-root")).to_have_count(0)
            assert audit(page) == [], path
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, path
        assert watch.wrong == []
