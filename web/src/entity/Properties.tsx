import { Button } from "@mantine/core";
import { useState } from "react";
import type { Blueprint, Entity, FieldOrigin } from "../api/shapes";
import { type Field, fieldValue, isEmpty, propertyFields, TEAM, TITLE } from "../shared/fields";
import { Icon } from "../shared/Icon";
import { Panel } from "../shared/Panel";
import { OriginButton } from "./OriginButton";
import { Origins, originOf } from "./Origins";
import classes from "./Properties.module.css";
import { PropertyValue } from "./PropertyValue";

interface Props {
  definition: Blueprint;
  entity: Entity;
  /** Undefined while they are being asked for. */
  origins: FieldOrigin[] | undefined;
}

export function Properties({ definition, entity, origins }: Props) {
  const [all, setAll] = useState(false);
  const mapped = new Set(origins?.map(({ field }) => field));
  const fields = [TITLE, TEAM, ...propertyFields(definition)].filter(
    (field) =>
      !isEmpty(fieldValue(entity, field)) || field.id.startsWith("properties.") || mapped.has(field.id),
  );
  const filled = fields.filter((field) => !isEmpty(fieldValue(entity, field)));
  const empty = fields.filter((field) => isEmpty(fieldValue(entity, field)));
  const row = (field: Field) => (
    <Row all={all} entity={entity} field={field} key={field.id} origin={originOf(origins, field.id)} />
  );
  return (
    <Panel
      aside={
        <Button
          aria-pressed={all}
          leftSection={<Icon name="origin" size={16} />}
          onClick={() => setAll(!all)}
          size="compact-sm"
          variant={all ? "light" : "subtle"}
        >
          Where it came from
        </Button>
      }
      title="Properties"
    >
      <dl className={classes.list}>{filled.map(row)}</dl>
      {empty.length > 0 ? (
        <details className={classes.empty}>
          <summary>{empty.length} without a value</summary>
          <dl className={classes.list}>{empty.map(row)}</dl>
        </details>
      ) : null}
    </Panel>
  );
}

interface RowProps {
  all: boolean;
  entity: Entity;
  field: Field;
  origin: FieldOrigin | null | undefined;
}

function Row({ all, entity, field, origin }: RowProps) {
  const [own, setOwn] = useState(false);
  const open = all || own;
  const value = fieldValue(entity, field);
  const odd =
    origin && (origin.violations.length > 0 || origin.sources.some(({ note, frozen }) => note || frozen));
  return (
    <div className={classes.row}>
      <dt className={classes.label} title={field.description}>
        {field.label}
        {odd ? (
          <span
            aria-label="There is something to say about it"
            className={classes.odd}
            role="img"
            title="There is something to say about it"
          >
            <Icon name="warning" size={15} />
          </span>
        ) : null}
      </dt>
      <dd className={classes.value}>
        {isEmpty(value) ? (
          <span className={classes.none}>no value</span>
        ) : (
          <PropertyValue field={field} value={value} />
        )}
        {open ? <Origins origin={origin} /> : null}
      </dd>
      <OriginButton label={field.label} open={open} toggle={() => setOwn(!own)} />
    </div>
  );
}
