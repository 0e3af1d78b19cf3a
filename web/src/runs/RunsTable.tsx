import { Link } from "@tanstack/react-router";
import type { RunSummary } from "../api/shapes";
import { count, duration } from "../shared/format";
import { Tag } from "../shared/Tag";
import { When } from "../shared/When";
import { outcome } from "./outcome";
import classes from "./RunsTable.module.css";

export function RunsTable({ runs }: { runs: RunSummary[] }) {
  if (runs.length === 0) return <p className={classes.none}>There is no run yet: fairlead sync</p>;
  return (
    <div className={classes.frame}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Result</th>
            <th scope="col">Began</th>
            <th className={classes.number} scope="col">
              Changes
            </th>
            <th className={classes.number} scope="col">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <Row key={run.run} run={run} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ run }: { run: RunSummary }) {
  const { text, good } = outcome(run.state, run.exit_code);
  return (
    <tr>
      <th scope="row">
        <Link params={{ run: String(run.run) }} to="/runs/$run">
          {run.run}
        </Link>
        <span className={classes.mode}>{run.mode}</span>
      </th>
      <td>
        <Tag tone={good ? "good" : "bad"}>{text}</Tag>
      </td>
      <td>
        <When at={run.started} />
      </td>
      <td className={classes.number}>{count(run.changes)}</td>
      <td className={classes.number}>{run.state === "running" ? "" : duration(run.seconds)}</td>
    </tr>
  );
}
