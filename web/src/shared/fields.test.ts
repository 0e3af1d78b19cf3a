import { expect, test } from "vitest";
import { fieldsOf, isWebAddress, pointers } from "./fields";

test("a blueprint's fields have the type that its schema tells", () => {
  const fields = fieldsOf({
    schema: {
      properties: {
        state: { type: "string", enum: ["new", 1] },
        readme: { type: "string", format: "markdown" },
        madeAt: { type: "string", format: "date-time", title: "Made" },
        tags: { type: "array" },
        odd: { type: "string", format: "never-heard-of" },
      },
    },
    relations: { project: { target: "project" } },
  });
  expect(fields.map(({ id, label, type }) => [id, label, type])).toEqual([
    ["title", "Title", "text"],
    ["identifier", "Identifier", "text"],
    ["relations.project", "Project", "relation"],
    ["properties.state", "State", "enum"],
    ["properties.readme", "Readme", "markdown"],
    ["properties.madeAt", "Made", "date"],
    ["properties.tags", "Tags", "list"],
    ["properties.odd", "Odd", "text"],
  ]);
});

test("a relation's value points with or without a title", () => {
  expect(pointers("a")).toEqual([{ identifier: "a" }]);
  expect(pointers([{ identifier: "a", title: "A" }, "b", null, 3])).toEqual([
    { identifier: "a", title: "A" },
    { identifier: "b" },
  ]);
  expect(pointers(null)).toEqual([]);
});

test("only addresses of the web are links", () => {
  expect(
    ["https://x.example", "mailto:a@x.example", "javascript:alert(1)", "data:text/html,x"].map(isWebAddress),
  ).toEqual([true, true, false, false]);
});
