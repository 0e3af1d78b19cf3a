import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { runQuery } from "../api/queries";
import type { RunReport } from "../api/shapes";
import { bytes, count, counted, duration } from "../shared/format";
import page from "../shared/Page.module.css";
import { Panel } from "../shared/Panel";
import { Tag } from "../shared/Tag";
import { Trouble } from "../shared/Trouble";
import { usePageTitle } from "../shared/usePageTitle";
import { Changes } from "./Changes";
import { Deliveries } from "./Deliveries";
import { Readings } from "./Readings";
import { Requests } from "./Requests";
import classes from "./RunPage.module.css";

export function RunPage() {
  const run = Number(useParams({ from: "/runs/$run" }).run);
  usePageTitle(`Run ${run}`);
  const { data, error, refetch } = useQuery(runQuery(run));
  return (
    <div className={page.page}>
      <h1 className={page.title}>Run {run}</h1>
      {data ? <Report report={data} run={run} /> : null}
      {error && !data ? (
        <div className={classes.parts}>
          <Trouble error={error} retry={() => void refetch()} />
        </div>
      ) : null}
      {data || error ? null : <Skeleton height={400} mt="lg" radius={12} />}
    </div>
  );
}

function Report({ report, run }: { report: RunReport; run: number }) {
  const facts = [
    report.mode === "full"
      ? "read everything"
      : report.mode === "incremental"
        ? "read what changed"
        : "planned",
    `took ${duration(report.seconds)}`,
    counted(report.request_count, "request"),
    `${bytes(report.bytes_received)} received`,
    counted(report.entities, "entity", "entities"),
    report.resumed && "continued a run that was cut off",
    report.frozen_count > 0 && `${counted(report.frozen_count, "record")} kept as they were`,
    report.held > 0 && `${count(report.held)} held for approval`,
  ].filter((fact) => fact !== false);
  return (
    <>
      <p className={classes.facts}>
        <Tag tone={report.state === "done" ? "good" : "bad"}>{report.state}</Tag> {facts.join(" · ")}
      </p>
      <div className={classes.parts}>
        {report.warnings.length > 0 ? (
          <Panel title="Warnings">
            <ul className={classes.warnings}>
              {report.warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </Panel>
        ) : null}
        <Readings readings={report.readings} />
        <Deliveries deliveries={report.delivery} />
        <Changes run={run} />
        <Requests requests={report.requests} />
      </div>
    </>
  );
}
