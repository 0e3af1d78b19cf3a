import { expect, test } from "vitest";
import { compare, sortValue } from "./sorting";

const entity = {
  identifier: "a",
  blueprint: "thing",
  title: "A",
  properties: { size: 10, open: true, name: "" },
  relations: { project: { identifier: "p", title: "Harbor" } },
};

test("rows are sorted by what is read in the cell", () => {
  const value = (id: string, type: "boolean" | "number" | "relation" | "text") =>
    sortValue(entity, { id, name: id.replace(/^\w+\./, ""), label: id, type });
  expect(value("properties.size", "number")).toBe(10);
  expect(value("properties.open", "boolean")).toBe(1);
  expect(value("properties.name", "text")).toBeUndefined();
  expect(value("relations.project", "relation")).toBe("Harbor");
});

test("numbers inside names count as numbers", () => {
  expect(["Sprint 10", "sprint 9"].sort(compare)).toEqual(["sprint 9", "Sprint 10"]);
});
