import { Button, Checkbox, Popover } from "@mantine/core";
import { type Field, TITLE } from "../shared/fields";
import { Icon } from "../shared/Icon";
import classes from "./ColumnMenu.module.css";

interface Props {
  columns: string[];
  fields: Field[];
  /** Undefined for the columns that are shown by default. */
  setColumns: (columns: string[] | undefined) => void;
}

/** Chooses columns; they stand in the order of the blueprint. */
export function ColumnMenu({ columns, fields, setColumns }: Props) {
  const toggle = (field: Field, on: boolean) =>
    setColumns(fields.filter(({ id }) => (id === field.id ? on : columns.includes(id))).map(({ id }) => id));
  return (
    <Popover position="bottom-end" shadow="md" trapFocus>
      <Popover.Target>
        <Button className={classes.button} leftSection={<Icon name="columns" size={16} />} variant="default">
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <fieldset className={classes.list}>
          <legend className={classes.legend}>Columns to show</legend>
          {fields.map((field) => (
            <Checkbox
              checked={columns.includes(field.id)}
              disabled={field.id === TITLE.id}
              key={field.id}
              label={field.label}
              onChange={(event) => toggle(field, event.currentTarget.checked)}
            />
          ))}
        </fieldset>
        <Button fullWidth mt="sm" onClick={() => setColumns(undefined)} size="xs" variant="default">
          As at first
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
