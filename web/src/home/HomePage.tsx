import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { catalogQuery } from "../api/queries";
import type { Status } from "../api/shapes";
import { useStatus } from "../live/useLive";
import { SearchBox } from "../search/SearchBox";
import { count, counted } from "../shared/format";
import { Trouble } from "../shared/Trouble";
import { usePageTitle } from "../shared/usePageTitle";
import { Cards } from "./Cards";
import { FirstSteps } from "./FirstSteps";
import classes from "./HomePage.module.css";
import { LastRuns } from "./LastRuns";
import { Proof } from "./Proof";
import { RopeArt } from "./RopeArt";
import { RunPanel } from "./RunPanel";

const GROWING_MILLISECONDS = 2000;

export function HomePage() {
  usePageTitle();
  const { data: status, error, refetch } = useStatus();
  const running = status?.run != null;
  const catalog = useQuery({ ...catalogQuery, refetchInterval: running ? GROWING_MILLISECONDS : false });
  const failed = (status === undefined && error) || (catalog.data === undefined && catalog.error);
  if (failed) {
    const retry = () => void Promise.all([refetch(), catalog.refetch()]);
    return (
      <div className={classes.below}>
        <Trouble error={failed} retry={retry} />
      </div>
    );
  }
  if (status && catalog.data?.entities === 0 && !running && status.last === null) {
    return <FirstSteps connections={status.connections} />;
  }
  return (
    <>
      <section aria-label="The catalog at a glance" className={classes.hero}>
        <RopeArt />
        <div className={classes.inside}>
          <div className={classes.words}>
            <p className={classes.where}>
              {status ? <Connections connections={status.connections} /> : "\u00a0"}
            </p>
            <h1 className={classes.headline}>
              {catalog.data ? (
                <>
                  <span className={classes.figure}>{count(catalog.data.entities)}</span>{" "}
                  {catalog.data.entities === 1 ? "entity" : "entities"}
                </>
              ) : (
                <Skeleton height={56} width={320} />
              )}
            </h1>
            <div className={classes.proof}>
              {status ? <Proof status={status} /> : <Skeleton height={22} width={280} />}
            </div>
            <SearchBox large />
            <Beside status={status} />
          </div>
          <RunPanel />
        </div>
      </section>
      <div className={classes.below}>
        <Cards catalog={catalog.data} />
        <LastRuns />
      </div>
    </>
  );
}

function Connections({ connections }: Pick<Status, "connections">) {
  const shown = connections.map(({ name, url }) => (
    <a href={url} key={name} rel="noreferrer" target="_blank" title={url}>
      {name}
    </a>
  ));
  return <>{shown.flatMap((link, index) => (index === 0 ? [link] : [", ", link]))}</>;
}

/** What is not as it should be, or not there yet; nothing where all is well. */
function Beside({ status }: { status: Status | undefined }) {
  if (status === undefined) return <p className={classes.beside}>&nbsp;</p>;
  const { stubs, pending, held, unresolved } = status.catalog;
  const facts = [
    stubs > 0 && `${counted(stubs, "stub")} that no record makes`,
    pending > 0 && `${count(pending)} to be written`,
    held > 0 && `${count(held)} held for approval`,
    unresolved > 0 && `${counted(unresolved, "query", "queries")} without an answer`,
    ...status.deliveries
      .filter(({ due, refused }) => due + refused > 0)
      .map(({ target, due, refused }) => `${target}: ${count(due)} to be sent, ${count(refused)} refused`),
  ].filter((fact) => fact !== false);
  return <p className={classes.beside}>{facts.length > 0 ? facts.join(" · ") : "\u00a0"}</p>;
}
