import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { runsQuery } from "../api/queries";
import page from "../shared/Page.module.css";
import { Trouble } from "../shared/Trouble";
import { usePageTitle } from "../shared/usePageTitle";
import { RunsTable } from "./RunsTable";

const LISTED = 100;

export function RunsPage() {
  usePageTitle("Runs");
  const { data, error, refetch } = useQuery(runsQuery(LISTED));
  return (
    <div className={page.page}>
      <h1 className={page.title}>Runs</h1>
      <p>What was read, when, and what it changed; the newest first.</p>
      {data ? <RunsTable runs={data.runs} /> : null}
      {error && !data ? <Trouble error={error} retry={() => void refetch()} /> : null}
      {data || error ? null : <Skeleton height={400} radius={12} />}
    </div>
  );
}
