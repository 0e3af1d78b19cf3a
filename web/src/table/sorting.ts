/** The order of rows: by what a person reads in the cell. */
import type { Entity, Json } from "../api/shapes";
import { type Field, fieldValue, pointers } from "../shared/fields";

const COLLATOR = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** What a row is sorted by; undefined goes last. */
export function sortValue(entity: Entity, field: Field): number | string | undefined {
  const value = fieldValue(entity, field);
  if (value === null || value === "") return undefined;
  if (field.type === "relation") {
    const [first] = pointers(value);
    return first && (first.title ?? first.identifier);
  }
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return plain(value);
}

function plain(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function compare(a: number | string | undefined, b: number | string | undefined): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return COLLATOR.compare(String(a), String(b));
}
