import { Button, Skeleton } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { startRun } from "../api/queries";
import type { Progress, Status } from "../api/shapes";
import { useStatus } from "../live/useLive";
import { outcome } from "../runs/outcome";
import { count, counted, duration, words } from "../shared/format";
import { When } from "../shared/When";
import classes from "./RunPanel.module.css";

/** The run that goes on, or the last one. Always of the same height, so that nothing jumps when a run begins. */
export function RunPanel() {
  const { data } = useStatus();
  return (
    <section aria-label="Sync" className={classes.panel}>
      {data === undefined ? (
        <Waiting />
      ) : data.run ? (
        <Running run={data.run} />
      ) : (
        <Resting last={data.last} />
      )}
    </section>
  );
}

function Waiting() {
  return (
    <>
      <Skeleton height={20} mb="md" width={140} />
      <Skeleton height={14} mb="sm" />
      <Skeleton height={14} mb="sm" />
      <Skeleton height={14} width="60%" />
    </>
  );
}

function Running({ run }: { run: NonNullable<Status["run"]> }) {
  const requests = Math.max(0, ...run.progress.map((one) => one.requests));
  const seconds = Math.max(0, ...run.progress.map((one) => one.seconds));
  const many = new Set(run.progress.map((one) => one.connection)).size > 1;
  return (
    <>
      <h2 className={classes.title}>
        {run.mode === "plan" ? "Planning" : "Syncing"} <span>run {run.run}</span>
      </h2>
      <ul className={classes.kinds}>
        {run.progress.map((one) => (
          <Kind key={`${one.connection} ${one.kind}`} progress={one} withConnection={many} />
        ))}
      </ul>
      <p className={classes.foot}>
        {counted(requests, "request")} · {duration(seconds)}
      </p>
    </>
  );
}

function Kind({ progress, withConnection }: { progress: Progress; withConnection: boolean }) {
  const { kind, connection, records, walks, walksDone, finished } = progress;
  const name = withConnection ? `${words(kind)} of ${connection}` : words(kind);
  const share = finished ? 1 : walks > 0 ? walksDone / walks : 0;
  const told = `${counted(records, "record")}, ${walksDone} of ${counted(walks, "walk")}`;
  return (
    <li className={classes.kind}>
      <span className={classes.name}>{name}</span>
      <span className={classes.records} title={told}>
        {count(records)}
        {finished ? " ✓" : ""}
      </span>
      <span
        aria-label={name}
        aria-valuemax={100}
        aria-valuemin={0}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={finished ? `${counted(records, "record")}, done` : told}
        className={classes.track}
        data-moving={!finished || undefined}
        role="progressbar"
      >
        <span className={classes.bar} style={{ width: `${share * 100}%` }} />
      </span>
    </li>
  );
}

function Resting({ last }: Pick<Status, "last">) {
  const start = useMutation({ mutationFn: startRun });
  return (
    <>
      <h2 className={classes.title}>Last sync</h2>
      {last === null ? (
        <p className={classes.nothing}>Nothing has been read yet.</p>
      ) : (
        <dl className={classes.facts}>
          <dt>When</dt>
          <dd>
            <When at={last.ended} />
          </dd>
          <dt>Read</dt>
          <dd>
            {last.mode === "incremental" ? "what changed" : "everything"}, in {duration(last.seconds)}
          </dd>
          <dt>Changes</dt>
          <dd>{last.changes === 0 ? "none" : count(last.changes)}</dd>
          <dt>Result</dt>
          <dd>{outcome(last.state, last.exitCode).text}</dd>
        </dl>
      )}
      <div className={classes.buttons}>
        <Button color="brass.3" loading={start.isPending} onClick={() => start.mutate("full")}>
          Sync now
        </Button>
        <Button className={classes.second} onClick={() => start.mutate("incremental")} variant="transparent">
          Only what changed
        </Button>
      </div>
      <p className={classes.failed} role="status">
        {start.error?.message}
      </p>
    </>
  );
}
