import { Autocomplete, MultiSelect, SegmentedControl, Select, TagsInput, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { entitiesQuery } from "../api/queries";
import type { Entity } from "../api/shapes";
import { type Field, fieldValue } from "../shared/fields";
import { type Condition, SPANS, toQuery } from "./conditions";

const SUGGESTED = 30;
const PAUSE_MILLISECONDS = 150;
const INSIDE = { withinPortal: false };

interface Props {
  condition: Condition;
  entities: Entity[];
  field: Field;
  set: (value: Condition["value"]) => void;
}

/** What a field is compared with, asked for in the way of its type. */
export function ValueInput(props: Props) {
  if (props.condition.is === "within") return <SpanInput {...props} />;
  const Input = BY_TYPE[props.field.type] ?? WordInput;
  return <Input {...props} />;
}

const BY_TYPE: Partial<Record<Field["type"], (props: Props) => ReactNode>> = {
  boolean: YesOrNo,
  date: DayInput,
  enum: ChoiceInput,
  list: WordsInput,
  number: AmountInput,
  relation: EntityInput,
};

function YesOrNo({ condition: { value }, set }: Props) {
  return (
    <SegmentedControl
      aria-label="Value"
      data={["yes", "no"]}
      onChange={(one) => set(one === "yes")}
      value={value === undefined ? "" : value === true ? "yes" : "no"}
    />
  );
}

function SpanInput({ condition: { value }, set }: Props) {
  return (
    <Select
      comboboxProps={INSIDE}
      data={Object.entries(SPANS).map(([preset, label]) => ({ value: preset, label }))}
      label="Value"
      onChange={(one) => set(one ?? undefined)}
      value={asText(value)}
    />
  );
}

function DayInput({ condition: { value }, set }: Props) {
  return (
    <TextInput
      label="Value"
      onChange={(event) => set(event.currentTarget.value)}
      type="date"
      value={asText(value) ?? ""}
    />
  );
}

function AmountInput({ condition: { value }, set }: Props) {
  return (
    <TextInput
      label="Value"
      onChange={({ currentTarget: { value: text } }) => set(text === "" ? undefined : Number(text))}
      step="any"
      type="number"
      value={typeof value === "number" ? value : ""}
    />
  );
}

function ChoiceInput({ condition: { value }, field, set }: Props) {
  return (
    <MultiSelect
      comboboxProps={INSIDE}
      data={field.choices}
      label="Values"
      onChange={set}
      value={asTexts(value)}
    />
  );
}

function WordsInput({ condition: { value }, entities, field, set }: Props) {
  const data = suggestions(entities, field);
  return (
    <TagsInput comboboxProps={INSIDE} data={data} label="Values" onChange={set} value={asTexts(value)} />
  );
}

function WordInput({ condition: { value }, entities, field, set }: Props) {
  const data = suggestions(entities, field);
  return (
    <Autocomplete
      comboboxProps={INSIDE}
      data={data}
      label="Value"
      onChange={set}
      value={asText(value) ?? ""}
    />
  );
}

function asTexts(value: Condition["value"]): string[] {
  return Array.isArray(value) ? value : [];
}

function asText(value: Condition["value"]): string | null {
  return typeof value === "string" ? value : null;
}

/** The short values of the rows that are there. */
function suggestions(entities: Entity[], field: Field): string[] {
  const found = new Set<string>();
  for (const entity of entities) {
    const value = fieldValue(entity, field);
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one === "string" && one !== "" && one.length < 80) found.add(one);
    }
    if (found.size >= SUGGESTED) break;
  }
  return [...found].sort();
}

/** One entity of the relation's blueprint, found by its title. */
function EntityInput({ condition, field, set }: Props) {
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text, PAUSE_MILLISECONDS);
  const question = {
    query: toQuery(asked, [], []),
    include: ["identifier", "title", "blueprint"],
    limit: SUGGESTED,
  };
  const { data } = useInfiniteQuery(entitiesQuery(field.target ?? "", question));
  const options = data?.pages[0]?.entities.map(({ identifier, title }) => ({
    value: identifier,
    label: title || identifier,
  }));
  return (
    <Select
      comboboxProps={INSIDE}
      data={options}
      filter={({ options: all }) => all}
      label="Value"
      onChange={(value) => set(value ?? undefined)}
      onSearchChange={setText}
      placeholder="Find by title"
      searchable
      value={asText(condition.value)}
    />
  );
}
