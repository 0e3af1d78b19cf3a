import { Tooltip } from "@mantine/core";
import type { Instant } from "../api/shapes";
import { date, exact, relative } from "./format";
import { useNow } from "./useNow";

/** How long ago; the exact instant on hover and for the keyboard's title. */
export function When({ at }: { at: Instant }) {
  const now = useNow();
  const instant = date(at);
  if (instant === undefined) return <span>{at}</span>;
  return (
    <Tooltip label={exact(instant)} openDelay={250}>
      <time dateTime={instant.toISOString()}>{relative(instant, now)}</time>
    </Tooltip>
  );
}
