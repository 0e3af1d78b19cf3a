import type { Delivery } from "../api/shapes";
import { Panel } from "../shared/Panel";
import classes from "./History.module.css";

/** How the entity stands at each target, and what to do where one refuses it. */
export function Deliveries({ deliveries }: { deliveries: Delivery[] | undefined }) {
  if (deliveries === undefined || deliveries.length === 0) return null;
  return (
    <Panel title="Targets">
      <ul className={classes.list}>
        {deliveries.map(({ target, state, error, field, advice }) => (
          <li className={classes.item} key={target}>
            <strong>{target}</strong>
            <span className={classes.soft}>{state}</span>
            {error ? (
              <p className={classes.why}>
                {field ? <code>{field}</code> : null} {error}
                {advice ? <span className={classes.soft}> {advice}</span> : null}
              </p>
            ) : null}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
