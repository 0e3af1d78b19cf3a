import { expect, test } from "vitest";
import type { Field } from "../shared/fields";
import { toQuery, valueWords } from "./conditions";

const FIELDS: Field[] = [
  { id: "properties.state", name: "state", label: "State", type: "enum" },
  { id: "properties.changed", name: "changed", label: "Changed", type: "date" },
  { id: "properties.tags", name: "tags", label: "Tags", type: "list" },
  { id: "relations.project", name: "project", label: "Project", type: "relation" },
];

test("nothing asked for is no query", () => {
  expect(toQuery(" ", [], FIELDS)).toBeUndefined();
});

test("each word must be in the title or the identifier", () => {
  expect(toQuery("backup job", [], FIELDS)).toEqual({
    combinator: "and",
    rules: ["backup", "job"].map((value) => ({
      combinator: "or",
      rules: [
        { property: "$title", operator: "contains", value },
        { property: "$identifier", operator: "contains", value },
      ],
    })),
  });
});

test("conditions become rules of the API", () => {
  const query = toQuery(
    "",
    [
      { field: "properties.state", is: "in", value: ["Active", "New"] },
      { field: "properties.changed", is: "within", value: "lastWeek" },
      { field: "properties.tags", is: "has", value: ["ui"] },
      { field: "relations.project", is: "empty" },
    ],
    FIELDS,
  );
  expect(query?.rules).toEqual([
    { property: "state", operator: "in", value: ["Active", "New"] },
    { property: "changed", operator: "between", value: { preset: "lastWeek" } },
    { property: "tags", operator: "containsAny", value: ["ui"] },
    { property: "project", operator: "isEmpty" },
  ]);
});

test("what is not whole or of no field is left out", () => {
  const conditions = [
    { field: "properties.gone", is: "set" as const },
    { field: "properties.state", is: "in" as const, value: [] },
  ];
  expect(toQuery("", conditions, FIELDS)).toBeUndefined();
});

test("values are told in words", () => {
  expect(valueWords({ field: "x", is: "within", value: "lastWeek" })).toBe("the last week");
  expect(valueWords({ field: "x", is: "equals", value: false })).toBe("no");
  expect(valueWords({ field: "x", is: "in", value: ["a", "b"] })).toBe("a, b");
});
