/** A blueprint's fields: what a table can show, a filter can ask for and an entity's page lists. */
import type { Blueprint, Entity, Json, Property } from "../api/shapes";
import { words } from "./format";

export type FieldType =
  | "boolean"
  | "date"
  | "enum"
  | "list"
  | "markdown"
  | "number"
  | "object"
  | "relation"
  | "text"
  | "url";

/** `id` is `title`, `identifier`, `properties.x` or `relations.y`, as in an explanation; `name` is the last part of it. */
export interface Field {
  id: string;
  name: string;
  label: string;
  type: FieldType;
  description?: string;
  choices?: string[];
  target?: string;
  many?: boolean;
}

/** A relation's value: what it points to, with the title if the API knows one. */
export interface Pointer {
  identifier: string;
  title?: string | null;
}

export const TITLE: Field = { id: "title", name: "$title", label: "Title", type: "text" };
export const IDENTIFIER: Field = { id: "identifier", name: "$identifier", label: "Identifier", type: "text" };
export const TEAM: Field = { id: "team", name: "$team", label: "Team", type: "list" };

export function propertyFields(blueprint: Blueprint): Field[] {
  return Object.entries(blueprint.schema?.properties ?? {}).map(([name, property]) => ({
    id: `properties.${name}`,
    name,
    label: property.title || words(name),
    type: typeOf(property),
    description: property.description,
    choices: property.enum?.map(String),
  }));
}

export function relationFields(blueprint: Blueprint): Field[] {
  return Object.entries(blueprint.relations ?? {}).map(([name, relation]) => ({
    id: `relations.${name}`,
    name,
    label: relation.title || words(name),
    type: "relation" as const,
    target: relation.target,
    many: relation.many,
  }));
}

export function fieldsOf(blueprint: Blueprint): Field[] {
  return [TITLE, IDENTIFIER, ...relationFields(blueprint), ...propertyFields(blueprint)];
}

const BY_FORMAT: Record<string, FieldType> = {
  "date-time": "date",
  markdown: "markdown",
  url: "url",
};
const BY_TYPE: Record<string, FieldType> = {
  array: "list",
  boolean: "boolean",
  number: "number",
  object: "object",
};

function typeOf(property: Property): FieldType {
  if (property.enum !== undefined) return "enum";
  return BY_FORMAT[property.format ?? ""] ?? BY_TYPE[property.type] ?? "text";
}

/** Null for a field without a value. */
export function fieldValue(entity: Entity, field: Field): Json {
  if (field.id === "title") return entity.title ?? null;
  if (field.id === "identifier") return entity.identifier;
  if (field.id === "team") return entity.team ?? null;
  const values = field.type === "relation" ? entity.relations : entity.properties;
  return values?.[field.name] ?? null;
}

export function pointers(value: Json): Pointer[] {
  if (value === null) return [];
  return (Array.isArray(value) ? value : [value]).flatMap((one) => {
    if (typeof one === "string") return [{ identifier: one }];
    const identifier =
      one !== null && typeof one === "object" && !Array.isArray(one) ? one.identifier : undefined;
    if (typeof identifier !== "string") return [];
    const title = (one as { title?: Json }).title;
    return [{ identifier, title: typeof title === "string" ? title : null }];
  });
}

export function isEmpty(value: Json): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** Only what a browser may follow: `javascript:` and the like are text. */
export function isWebAddress(value: string): boolean {
  return /^(https?|mailto):/i.test(value);
}
