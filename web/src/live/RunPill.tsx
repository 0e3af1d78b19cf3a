import { Link } from "@tanstack/react-router";
import { count } from "../shared/format";
import classes from "./RunPill.module.css";
import { useStatus } from "./useLive";

/** Tells on every page that a run is under way. */
export function RunPill() {
  const { data } = useStatus();
  if (!data?.run) return null;
  const records = data.run.progress.reduce((sum, one) => sum + one.records, 0);
  return (
    <Link aria-label={`Syncing, ${count(records)} records so far`} className={classes.pill} to="/">
      <span className={classes.dot} />
      <span className={classes.words}>
        Syncing<span className={classes.more}> · {count(records)} records</span>
      </span>
    </Link>
  );
}
