import { count } from "../shared/format";
import { Panel } from "../shared/Panel";
import { Tag } from "../shared/Tag";
import classes from "./RunPage.module.css";

const REFUSED = 400;
const NOT_THERE = 404;

/** What was asked of Azure DevOps, by route and status; most first. */
export function Requests({ requests }: { requests: Record<string, Record<string, number>> }) {
  const sum = (statuses: Record<string, number>) =>
    Object.values(statuses).reduce((all, one) => all + one, 0);
  const routes = Object.entries(requests).sort(([, a], [, b]) => sum(b) - sum(a));
  return (
    <Panel title="Requests">
      {routes.length === 0 ? <p className={classes.nothing}>None</p> : null}
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Route</th>
              <th scope="col">Answers</th>
              <th className={classes.number} scope="col">
                All
              </th>
            </tr>
          </thead>
          <tbody>
            {routes.map(([route, statuses]) => (
              <tr key={route}>
                <th scope="row">
                  <code>{route}</code>
                </th>
                <td>
                  {Object.entries(statuses).map(([status, times]) => (
                    <span key={status}>
                      <Tag tone={isTrouble(Number(status)) ? "bad" : "plain"}>
                        {status} × {count(times)}
                      </Tag>{" "}
                    </span>
                  ))}
                </td>
                <td className={classes.number}>{count(sum(statuses))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** Asking for what may not be there is part of the work. */
function isTrouble(status: number): boolean {
  return status >= REFUSED && status !== NOT_THERE;
}
