import { Combobox, Kbd, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type RefObject, useEffect, useRef, useState } from "react";
import { catalogQuery, searchQuery } from "../api/queries";
import type { Entity } from "../api/shapes";
import { words } from "../shared/format";
import { blueprintIcon, Icon } from "../shared/Icon";
import classes from "./SearchBox.module.css";

const PAUSE_MILLISECONDS = 120;
const SEPARATOR = "\n";

/** Finds an entity of any blueprint by the beginnings of words. `/` brings the keyboard here. */
export function SearchBox({ large = false }: { large?: boolean }) {
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text.trim(), PAUSE_MILLISECONDS);
  const { data, isFetching, isError } = useQuery(searchQuery(asked));
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  useSlash(input);
  const results = asked === "" ? [] : (data ?? []);
  useEffect(() => {
    if (results.length > 0) combobox.selectFirstOption();
  }, [results, combobox.selectFirstOption]);

  const choose = (value: string) => {
    const [blueprint = "", identifier = ""] = value.split(SEPARATOR);
    setText("");
    combobox.closeDropdown();
    void navigate({ to: "/catalog/$blueprint/$identifier", params: { blueprint, identifier } });
  };

  return (
    <Combobox offset={6} onOptionSubmit={choose} shadow="md" store={combobox}>
      <Combobox.Target>
        <TextInput
          aria-label="Search the catalog"
          classNames={{ input: large ? classes.large : classes.small }}
          leftSection={<Icon name="search" size={large ? 21 : 17} />}
          leftSectionWidth={large ? 52 : 36}
          onBlur={() => combobox.closeDropdown()}
          onChange={(event) => {
            setText(event.currentTarget.value);
            combobox.openDropdown();
          }}
          onFocus={() => text !== "" && combobox.openDropdown()}
          onKeyDown={(event) => event.key === "Escape" && input.current?.blur()}
          placeholder={large ? "Find a repository, a work item, a person …" : "Search"}
          ref={input}
          role="combobox"
          rightSection={<Kbd className={classes.key}>/</Kbd>}
          rightSectionWidth={large ? 56 : 38}
          type="search"
          value={text}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={asked === "" || (isFetching && data === undefined)}>
        <Combobox.Options aria-label="Found entities">
          {results.map((entity) => (
            <Result entity={entity} key={`${entity.blueprint}${SEPARATOR}${entity.identifier}`} />
          ))}
          {results.length === 0 ? (
            <Combobox.Empty>
              {isError ? "The search does not answer" : `Nothing begins with “${asked}”`}
            </Combobox.Empty>
          ) : null}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function Result({ entity }: { entity: Entity }) {
  const { data } = useQuery(catalogQuery);
  const blueprint = data?.blueprints.find((one) => one.identifier === entity.blueprint);
  return (
    <Combobox.Option className={classes.result} value={`${entity.blueprint}${SEPARATOR}${entity.identifier}`}>
      <Icon className={classes.icon} name={blueprintIcon(entity.blueprint)} />
      <span className={classes.title}>{entity.title || entity.identifier}</span>
      <span className={classes.blueprint}>{blueprint?.title ?? words(entity.blueprint)}</span>
    </Combobox.Option>
  );
}

function useSlash(input: RefObject<HTMLInputElement | null>) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      const at = event.target instanceof HTMLElement ? event.target : null;
      if (at?.closest("input, textarea, select, [contenteditable=true]")) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [input]);
}
