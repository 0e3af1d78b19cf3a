import type { Progress, Status } from "../api/shapes";

/** The status with one kind's newest progress, in the order in which the kinds began. */
export function withProgress(status: Status, update: Progress): Status {
  if (status.run === null) return status;
  const same = (one: Progress) => one.kind === update.kind && one.connection === update.connection;
  const known = status.run.progress.some(same);
  const progress = known
    ? status.run.progress.map((one) => (same(one) ? update : one))
    : [...status.run.progress, update];
  return { ...status, run: { ...status.run, progress } };
}
