import type { Instant } from "../api/shapes";
import { date, exact, relative } from "./format";
import { useNow } from "./useNow";

/** How long ago; the exact instant on hover. Drawn thousands of times in a table, so it is no more than that. */
export function When({ at }: { at: Instant }) {
  const now = useNow();
  const instant = date(at);
  if (instant === undefined) return <span>{at}</span>;
  return (
    <time dateTime={instant.toISOString()} title={exact(instant)}>
      {relative(instant, now)}
    </time>
  );
}
