import { lazy, Suspense } from "react";
import type { Json } from "../api/shapes";
import { type Field, isWebAddress } from "../shared/fields";
import { date, exact, plainNumber } from "../shared/format";
import { Tag } from "../shared/Tag";
import { When } from "../shared/When";
import classes from "./PropertyValue.module.css";

const Markdown = lazy(() => import("./Markdown"));

/** A value whole, in the way of its type; a value of another type than the blueprint says, as it is. */
export function PropertyValue({ field, value }: { field: Field; value: Json }) {
  if (Array.isArray(value)) return <List value={value} />;
  if (typeof value === "boolean") return <Tag tone={value ? "accent" : "plain"}>{value ? "yes" : "no"}</Tag>;
  if (typeof value === "number") return <span>{plainNumber(value)}</span>;
  if (typeof value !== "string") return <pre className={classes.json}>{JSON.stringify(value, null, 2)}</pre>;
  if (field.type === "enum") return <Tag>{value}</Tag>;
  if (field.type === "date") return <Instant value={value} />;
  if (field.type === "markdown") {
    return (
      <Suspense fallback={<pre className={classes.raw}>{value}</pre>}>
        <Markdown text={value} />
      </Suspense>
    );
  }
  if (isWebAddress(value)) {
    return (
      <a href={value} rel="noreferrer" target="_blank">
        {value}
      </a>
    );
  }
  return <span className={classes.text}>{value}</span>;
}

function Instant({ value }: { value: string }) {
  const instant = date(value);
  return (
    <>
      <When at={value} />
      {instant ? <span className={classes.exact}> · {exact(instant)}</span> : null}
    </>
  );
}

function List({ value }: { value: Json[] }) {
  if (value.some((one) => one !== null && typeof one === "object")) {
    return <pre className={classes.json}>{JSON.stringify(value, null, 2)}</pre>;
  }
  return (
    <ul className={classes.list}>
      {value.map((one) => (
        <li key={String(one)}>
          <Tag>{String(one)}</Tag>
        </li>
      ))}
    </ul>
  );
}
