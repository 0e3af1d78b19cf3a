import { Link } from "@tanstack/react-router";
import type { Past } from "../api/shapes";
import { Panel } from "../shared/Panel";
import { When } from "../shared/When";
import classes from "./History.module.css";

const DONE: Record<string, string> = {
  create: "Created",
  delete: "Deleted",
  rename: "Renamed",
  update: "Changed",
};

/** The changes of one entity, newest first. */
export function History({ past }: { past: Past[] | undefined }) {
  if (past === undefined || past.length === 0) return null;
  return (
    <Panel title="History">
      <ol className={classes.list}>
        {past.map(({ run, at, op, reason, record, state }) => (
          <li className={classes.item} key={`${run} ${op} ${reason} ${record}`}>
            <span>
              <strong>{DONE[op] ?? op}</strong> <span className={classes.soft}>({reason})</span>
              {state === "applied" || state === "done" ? "" : ` · ${state}`}
            </span>
            <span className={classes.soft}>
              <When at={at} /> ·{" "}
              <Link params={{ run: String(run) }} to="/runs/$run">
                run {run}
              </Link>
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
