import { expect, test } from "vitest";
import type { Field } from "../shared/fields";
import { defaultColumns } from "./columns";

const field = (id: string, type: Field["type"], more: Partial<Field> = {}): Field => ({
  id,
  name: id.replace(/^\w+\./, ""),
  label: id,
  type,
  ...more,
});

test("the title and the most telling fields are shown, in the blueprint's order", () => {
  const fields = [
    field("title", "text"),
    field("identifier", "text"),
    field("relations.project", "relation"),
    field("relations.columns", "relation", { many: true }),
    field("properties.url", "url"),
    field("properties.description", "markdown"),
    field("properties.reason", "text"),
    field("properties.type", "text"),
    field("properties.state", "text"),
    field("properties.changedBy", "text"),
    field("properties.changed", "date"),
    field("properties.assignedTo", "text"),
  ];
  expect(defaultColumns(fields)).toEqual([
    "title",
    "relations.project",
    "properties.type",
    "properties.state",
    "properties.changed",
    "properties.assignedTo",
  ]);
});
