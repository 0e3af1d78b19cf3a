import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { startRun } from "../api/queries";
import type { Status } from "../api/shapes";
import { Command } from "../shared/Command";
import { Mark } from "../shared/Mark";
import classes from "./FirstSteps.module.css";

/** The home of a catalog that has nothing in it yet. */
export function FirstSteps({ connections }: Pick<Status, "connections">) {
  const start = useMutation({ mutationFn: startRun });
  const connected = connections.length > 0;
  return (
    <section className={classes.page}>
      <div className={classes.inside}>
        <Mark size={60} />
        <h1 className={classes.title}>{connected ? "Ready to read" : "Bring your organization in"}</h1>
        <p className={classes.lead}>
          {connected
            ? `${connections.map(({ name }) => name).join(", ")} is connected and has not been read yet.`
            : "Fairlead reads Azure DevOps and makes a catalog of it that is complete, current and provable. It only reads."}
        </p>
        {connected ? (
          <div>
            <Button loading={start.isPending} onClick={() => start.mutate("full")} size="md">
              Read it now
            </Button>
            <p role="status">{start.error?.message}</p>
          </div>
        ) : (
          <ol className={classes.steps}>
            <li>
              <h2>Connect</h2>
              <p>Tests your token, tells what it can read, writes nothing.</p>
              <Command text="fairlead connect https://dev.azure.com/YOUR-ORG" />
            </li>
            <li>
              <h2>Read</h2>
              <p>This page shows how it goes on, and fills.</p>
              <Command text="fairlead sync" />
            </li>
          </ol>
        )}
      </div>
    </section>
  );
}
