/** Which columns a table shows, and how wide they are. */
import { type Field, TITLE } from "../shared/fields";

const SHOWN = 6;
const STORED = "fairlead.columns.";

/** What one looks for first, in any blueprint. */
const WORTH: [RegExp, number][] = [
  [/^(state|status|result)$/i, 9],
  [/^type$/i, 8],
  [/^(number|priority)$/i, 5],
  [/^(created|started|queued)(at|date|on)?$/i, 2],
  [/(assigned|owner|author|creator)/i, 6],
  [/^(changed|modified|updated|lastUpdated)(at|date|on)?$/i, 6],
];

const WORTH_OF_TYPE: Record<Field["type"], number> = {
  boolean: 3,
  date: 3,
  enum: 8,
  list: 1,
  markdown: -9,
  number: 2,
  object: -9,
  relation: 7,
  text: 2,
  url: -9,
};

/** The title and the most telling of the others, in the order of the blueprint. */
export function defaultColumns(fields: Field[]): string[] {
  const told = fields
    .filter(({ id }) => id !== TITLE.id && id !== "identifier")
    .map((field, place) => ({ field, place, worth: worth(field) }))
    .filter((one) => one.worth > 0)
    .sort((a, b) => b.worth - a.worth || a.place - b.place)
    .slice(0, SHOWN - 1)
    .sort((a, b) => a.place - b.place);
  return [TITLE.id, ...told.map(({ field }) => field.id)];
}

function worth(field: Field): number {
  const own = WORTH.find(([pattern]) => pattern.test(field.name))?.[1] ?? 0;
  return Math.max(own, 0) + WORTH_OF_TYPE[field.type] - (field.many ? 6 : 0);
}

/** The remembered choice, as far as the blueprint still has these fields. */
export function chosenColumns(blueprint: string, fields: Field[]): string[] {
  const stored = read(STORED + blueprint);
  const known = stored.filter((id) => fields.some((field) => field.id === id));
  return known.length > 0 ? known : defaultColumns(fields);
}

export function rememberColumns(blueprint: string, columns: string[] | undefined): void {
  try {
    if (columns === undefined) localStorage.removeItem(STORED + blueprint);
    else localStorage.setItem(STORED + blueprint, JSON.stringify(columns));
  } catch {
    // Storage is switched off or full: the choice holds until the page is left.
  }
}

function read(key: string): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

const WIDTHS: Record<Field["type"], string> = {
  boolean: "minmax(96px, 0.5fr)",
  date: "minmax(130px, 0.7fr)",
  enum: "minmax(120px, 0.7fr)",
  list: "minmax(170px, 1.2fr)",
  markdown: "minmax(220px, 2fr)",
  number: "minmax(100px, 0.5fr)",
  object: "minmax(170px, 1fr)",
  relation: "minmax(160px, 1.1fr)",
  text: "minmax(140px, 1fr)",
  url: "minmax(150px, 1fr)",
};

/** A CSS grid template. */
export function widths(fields: Field[]): string {
  return fields
    .map((field) => (field.id === TITLE.id ? "minmax(260px, 2.4fr)" : WIDTHS[field.type]))
    .join(" ");
}
