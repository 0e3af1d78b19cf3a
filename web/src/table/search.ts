/** The state of a table in its address, so that a link shows the same. */
import { type Condition, MEANINGS } from "./conditions";

/** `sort` is a field's id, with `-` before it for descending. */
export interface TableSearch {
  q?: string;
  where?: Condition[];
  sort?: string;
}

/** Takes what is meant from an address that anybody may have written. */
export function tableSearch(raw: Record<string, unknown>): TableSearch {
  const where = Array.isArray(raw.where) ? raw.where.filter(isCondition) : [];
  return {
    q: raw.q === undefined || raw.q === "" ? undefined : String(raw.q),
    where: where.length === 0 ? undefined : where,
    sort: typeof raw.sort === "string" && raw.sort !== "" ? raw.sort : undefined,
  };
}

function isCondition(one: unknown): one is Condition {
  if (typeof one !== "object" || one === null) return false;
  const { field, is, value } = one as Record<string, unknown>;
  return typeof field === "string" && typeof is === "string" && Object.hasOwn(MEANINGS, is) && isValue(value);
}

function isValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((each) => typeof each === "string");
  return value === undefined || ["string", "number", "boolean"].includes(typeof value);
}
