import { describe, expect, test } from "vitest";
import { bytes, counted, date, duration, plainNumber, relative, words } from "./format";

const NOW = new Date("2026-11-24T18:00:00Z");

test.each([
  ["2026-11-24T17:59:40Z", "just now"],
  ["2026-11-24T17:58:00Z", "2 minutes ago"],
  ["2026-11-23T18:00:00Z", "1 day ago"],
  ["2026-11-10T18:00:00Z", "2 weeks ago"],
  ["2025-09-01T00:00:00Z", "1 year ago"],
  ["2026-11-24T20:00:00Z", "in 2 hours"],
])("%s is %s", (instant, told) => {
  expect(relative(new Date(instant), NOW)).toBe(told);
});

describe("instants", () => {
  test("are seconds since 1970 in reports", () => {
    expect(date(1_795_545_442.5)?.toISOString()).toBe("2026-11-24T18:37:22.500Z");
  });

  test("that are none are undefined", () => {
    expect(date("soon")).toBeUndefined();
  });
});

test("durations grow in unit", () => {
  expect([0.19, 12.4, 300, 7500].map(duration)).toEqual(["0.2 s", "12 s", "5 min 0 s", "2 h 5 min"]);
});

test("sizes grow in unit", () => {
  expect([12, 1200, 18_400_000].map(bytes)).toEqual(["12 B", "1.2 kB", "18.4 MB"]);
});

test("what is counted agrees with its number", () => {
  expect([counted(1, "record"), counted(2000, "record"), counted(3, "query", "queries")]).toEqual([
    "1 record",
    "2,000 records",
    "3 queries",
  ]);
});

test("four digits of a number that may be a name stay together", () => {
  expect([plainNumber(1591), plainNumber(20_000)]).toEqual(["1591", "20,000"]);
});

test("names become words", () => {
  expect(["defaultBranch", "work-item", "URL"].map(words)).toEqual(["Default branch", "Work item", "URL"]);
});
