import { expect, test } from "vitest";
import type { Progress, Status } from "../api/shapes";
import { withProgress } from "./progress";

const update = (kind: string, records: number): Progress => ({
  connection: "contoso",
  kind,
  records,
  walksDone: 0,
  walks: 1,
  finished: false,
  requests: 1,
  seconds: 0.1,
});

const status = (run: Status["run"]): Status => ({
  version: "0",
  catalog: { entities: 0, stubs: 0, pending: 0, held: 0, unresolved: 0 },
  proof: { scopes: 0, proved: 0, at: null },
  connections: [],
  run,
  last: null,
  deliveries: [],
});

test("the newest progress of a kind replaces the one before, in its place", () => {
  let now = status({ run: 1, mode: "full", state: "running", started: "2026-11-24T18:00:00Z", progress: [] });
  for (const each of [update("project", 1), update("board", 2), update("project", 3)])
    now = withProgress(now, each);
  expect(now.run?.progress.map(({ kind, records }) => [kind, records])).toEqual([
    ["project", 3],
    ["board", 2],
  ]);
});

test("progress of a run that has ended changes nothing", () => {
  const ended = status(null);
  expect(withProgress(ended, update("project", 1))).toBe(ended);
});
