import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { changesQuery } from "../api/queries";
import type { Change } from "../api/shapes";
import { EntityLink } from "../shared/EntityLink";
import { words } from "../shared/format";
import { Panel } from "../shared/Panel";
import { Tag } from "../shared/Tag";
import { Trouble } from "../shared/Trouble";
import classes from "./RunPage.module.css";

/** What the run changed, a page at a time. */
export function Changes({ run }: { run: number }) {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(
    changesQuery(run),
  );
  const changes = data?.pages.flatMap((one) => one.changes);
  return (
    <Panel title="Changes">
      {error && !data ? <Trouble error={error} retry={() => void refetch()} /> : null}
      {changes || error ? null : <Skeleton height={200} />}
      {changes?.length === 0 ? <p className={classes.nothing}>Nothing changed.</p> : null}
      {changes && changes.length > 0 ? <List changes={changes} /> : null}
      {hasNextPage ? (
        <div className={classes.more}>
          <Button
            loading={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
            size="xs"
            variant="default"
          >
            More
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}

function List({ changes }: { changes: Change[] }) {
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Change</th>
            <th scope="col">Entity</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ op, blueprint, identifier, cause }) => (
            <tr key={`${blueprint} ${identifier} ${op}`}>
              <td>
                <Tag tone={op === "delete" ? "bad" : "plain"}>{op}</Tag>
              </td>
              <td>
                <span className={classes.soft}>{words(blueprint)}</span>{" "}
                <EntityLink blueprint={blueprint} identifier={identifier}>
                  {identifier}
                </EntityLink>
              </td>
              <td>
                {cause.reason}{" "}
                <span className={classes.soft}>{[cause.kind, cause.record].filter(Boolean).join(" ")}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
