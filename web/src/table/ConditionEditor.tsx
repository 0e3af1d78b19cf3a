import { Button, Select } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Entity } from "../api/shapes";
import { type Field, TITLE } from "../shared/fields";
import classes from "./ConditionEditor.module.css";
import { type Condition, isWhole, MEANINGS, type Operator, operatorsOf } from "./conditions";
import { ValueInput } from "./ValueInput";

interface Props {
  done: (condition: Condition) => void;
  entities: Entity[];
  fields: Field[];
  start?: Condition;
}

/** Asks for a field, an operator and a value. Stays inside one popover: its lists are not drawn elsewhere. */
export function ConditionEditor({ done, entities, fields, start }: Props) {
  const [condition, setCondition] = useState(start);
  const field = fields.find(({ id }) => id === condition?.field);
  const operators = field ? operatorsOf(field) : [];
  const setField = (id: string | null) => {
    const found = fields.find((one) => one.id === id);
    const [first] = found ? operatorsOf(found) : [];
    setCondition(found && first && { field: found.id, is: first });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (condition && isWhole(condition)) done(condition);
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <Select
        comboboxProps={{ withinPortal: false }}
        data={fields.filter(({ id }) => id !== TITLE.id).map(({ id, label }) => ({ value: id, label }))}
        data-autofocus={start === undefined || undefined}
        label="Field"
        onChange={setField}
        placeholder="Choose a field"
        searchable
        value={condition?.field ?? null}
      />
      {field && condition ? (
        <>
          <Select
            allowDeselect={false}
            comboboxProps={{ withinPortal: false }}
            data={operators.map((operator) => ({ value: operator, label: MEANINGS[operator].words }))}
            label="Condition"
            onChange={(is) => is && setCondition({ field: field.id, is: is as Operator })}
            value={condition.is}
          />
          {MEANINGS[condition.is].valued ? (
            <ValueInput
              condition={condition}
              entities={entities}
              field={field}
              set={(value) => setCondition({ ...condition, value })}
            />
          ) : null}
        </>
      ) : null}
      <Button disabled={!condition || !isWhole(condition)} type="submit">
        Show
      </Button>
    </form>
  );
}
