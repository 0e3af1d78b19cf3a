import { Button, CloseButton, Popover, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import type { Entity } from "../api/shapes";
import type { Field } from "../shared/fields";
import { Icon } from "../shared/Icon";
import { ColumnMenu } from "./ColumnMenu";
import { ConditionEditor } from "./ConditionEditor";
import { ConditionWords } from "./ConditionWords";
import type { Condition } from "./conditions";
import type { TableSearch } from "./search";
import classes from "./Toolbar.module.css";

const PAUSE_MILLISECONDS = 200;

interface Props {
  change: (part: TableSearch, replace?: boolean) => void;
  columns: string[];
  /** The rows that are there: what their values are is suggested. */
  entities: Entity[];
  fields: Field[];
  search: TableSearch;
  setColumns: (columns: string[] | undefined) => void;
}

export function Toolbar({ change, columns, entities, fields, search, setColumns }: Props) {
  const conditions = search.where ?? [];
  const set = (next: Condition[]) => change({ where: next.length === 0 ? undefined : next });
  return (
    <div className={classes.bar}>
      <TextFilter change={change} q={search.q} />
      {conditions.map((condition, index) => (
        <Chip
          condition={condition}
          entities={entities}
          fields={fields}
          key={`${condition.field} ${condition.is} ${String(condition.value)}`}
          remove={() => set(conditions.toSpliced(index, 1))}
          replace={(next) => set(conditions.with(index, next))}
        />
      ))}
      <Adder add={(next) => set([...conditions, next])} entities={entities} fields={fields} />
      <ColumnMenu columns={columns} fields={fields} setColumns={setColumns} />
    </div>
  );
}

function TextFilter({ q, change }: { q: string | undefined } & Pick<Props, "change">) {
  const [text, setText] = useState(q ?? "");
  const [told, setTold] = useState(q);
  const tell = useDebouncedCallback((next: string) => {
    const value = next.trim() === "" ? undefined : next.trim();
    setTold(value);
    change({ q: value }, true);
  }, PAUSE_MILLISECONDS);
  if (q !== told) {
    // The address changed otherwise: by the browser's buttons or a link.
    setTold(q);
    setText(q ?? "");
  }
  return (
    <TextInput
      aria-label="Filter by title or identifier"
      className={classes.text}
      leftSection={<Icon name="filter" size={16} />}
      onChange={(event) => {
        setText(event.currentTarget.value);
        tell(event.currentTarget.value);
      }}
      placeholder="Title or identifier contains …"
      rightSection={
        text === "" ? null : (
          <CloseButton
            aria-label="Clear"
            onClick={() => {
              setText("");
              tell("");
            }}
            size="sm"
          />
        )
      }
      value={text}
    />
  );
}

interface ChipProps extends Pick<Props, "entities" | "fields"> {
  condition: Condition;
  remove: () => void;
  replace: (next: Condition) => void;
}

function Chip({ condition, entities, fields, remove, replace }: ChipProps) {
  const [open, setOpen] = useState(false);
  const field = fields.find(({ id }) => id === condition.field);
  return (
    <span className={classes.chip}>
      <Popover onChange={setOpen} opened={open} position="bottom-start" shadow="md" trapFocus>
        <Popover.Target>
          <button className={classes.words} onClick={() => setOpen(!open)} type="button">
            <ConditionWords condition={condition} field={field} />
          </button>
        </Popover.Target>
        <Popover.Dropdown>
          <ConditionEditor
            done={(next) => {
              setOpen(false);
              replace(next);
            }}
            entities={entities}
            fields={fields}
            start={condition}
          />
        </Popover.Dropdown>
      </Popover>
      <CloseButton
        aria-label={`Remove the filter on ${field?.label ?? condition.field}`}
        onClick={remove}
        size="sm"
      />
    </span>
  );
}

function Adder({
  add,
  entities,
  fields,
}: Pick<Props, "entities" | "fields"> & { add: (next: Condition) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover onChange={setOpen} opened={open} position="bottom-start" shadow="md" trapFocus>
      <Popover.Target>
        <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setOpen(!open)} variant="default">
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <ConditionEditor
          done={(next) => {
            setOpen(false);
            add(next);
          }}
          entities={entities}
          fields={fields}
        />
      </Popover.Dropdown>
    </Popover>
  );
}
