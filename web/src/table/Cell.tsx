import type { Entity, Json } from "../api/shapes";
import { EntityLink } from "../shared/EntityLink";
import { type Field, fieldValue, isEmpty, isWebAddress, pointers, TITLE } from "../shared/fields";
import { plainNumber } from "../shared/format";
import { Tag } from "../shared/Tag";
import { When } from "../shared/When";
import classes from "./Cell.module.css";

const LISTED = 3;
const TRIMMED = 160;

/** One value on one line. */
export function Cell({ entity, field }: { entity: Entity; field: Field }) {
  const value = fieldValue(entity, field);
  if (field.id === TITLE.id) {
    return (
      <EntityLink blueprint={entity.blueprint} className={classes.title} identifier={entity.identifier}>
        {entity.title || entity.identifier}
      </EntityLink>
    );
  }
  if (isEmpty(value)) return <span className={classes.none} />;
  if (field.type === "relation") return <Related field={field} value={value} />;
  return <Plain field={field} value={value} />;
}

function Related({ field, value }: { field: Field; value: Json }) {
  const all = pointers(value);
  return (
    <>
      {all.slice(0, LISTED).map(({ identifier, title }, index) => (
        <span key={identifier}>
          {index > 0 ? ", " : ""}
          <EntityLink blueprint={field.target ?? ""} identifier={identifier}>
            {title || identifier}
          </EntityLink>
        </span>
      ))}
      {all.length > LISTED ? ` and ${all.length - LISTED} more` : ""}
    </>
  );
}

function Plain({ field, value }: { field: Field; value: Json }) {
  if (Array.isArray(value)) {
    return (
      <>
        {value.slice(0, LISTED).map((one) => (
          <span className={classes.listed} key={text(one)}>
            <Tag>{text(one)}</Tag>
          </span>
        ))}
        {value.length > LISTED ? `+${value.length - LISTED}` : ""}
      </>
    );
  }
  if (typeof value === "boolean") return <Tag tone={value ? "accent" : "plain"}>{value ? "yes" : "no"}</Tag>;
  if (typeof value === "number") return <span className={classes.number}>{plainNumber(value)}</span>;
  if (typeof value !== "string") return <span title={text(value)}>{text(value)}</span>;
  if (field.type === "enum") return <Tag>{value}</Tag>;
  if (field.type === "date") return <When at={value} />;
  if (field.type === "url" && isWebAddress(value)) {
    return (
      <a href={value} rel="noreferrer" target="_blank" title={value}>
        {value.replace(/^https?:\/\//i, "")}
      </a>
    );
  }
  const short = value.slice(0, TRIMMED);
  return <span title={short}>{short}</span>;
}

function text(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value).slice(0, TRIMMED);
}
