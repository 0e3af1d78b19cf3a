import { expect, test } from "vitest";
import { tableSearch } from "./search";

test("an address is taken as far as it can be meant", () => {
  expect(
    tableSearch({
      q: 12,
      sort: "",
      where: [
        { field: "properties.state", is: "in", value: ["Active"] },
        { field: "properties.state", is: "toString" },
        { field: 3, is: "in" },
        { field: "properties.state", is: "equals", value: { deep: true } },
        "nonsense",
      ],
    }),
  ).toEqual({
    q: "12",
    sort: undefined,
    where: [{ field: "properties.state", is: "in", value: ["Active"] }],
  });
});
