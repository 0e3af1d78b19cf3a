import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { runsQuery } from "../api/queries";
import { RunsTable } from "../runs/RunsTable";
import { Trouble } from "../shared/Trouble";
import classes from "./LastRuns.module.css";

const SHOWN = 5;

export function LastRuns() {
  const { data, error, refetch } = useQuery(runsQuery(SHOWN));
  return (
    <section aria-labelledby="runs-title">
      <div className={classes.head}>
        <h2 className={classes.heading} id="runs-title">
          Last runs
        </h2>
        <Link to="/runs">All runs</Link>
      </div>
      {data ? (
        <RunsTable runs={data.runs} />
      ) : error ? (
        <Trouble error={error} retry={() => void refetch()} />
      ) : (
        <Skeleton height={140} radius={12} />
      )}
    </section>
  );
}
