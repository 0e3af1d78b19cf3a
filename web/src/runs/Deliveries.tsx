import type { DeliveryReport, Refusal } from "../api/shapes";
import { EntityLink } from "../shared/EntityLink";
import { count } from "../shared/format";
import { Panel } from "../shared/Panel";
import classes from "./RunPage.module.css";

/** What each target was sent, and what it refuses: the reason once, with a few of its entities. */
export function Deliveries({ deliveries }: { deliveries: DeliveryReport[] }) {
  if (deliveries.length === 0) return null;
  return (
    <Panel title="Targets">
      {deliveries.map((one) => (
        <Target delivery={one} key={one.target} />
      ))}
    </Panel>
  );
}

function Target({ delivery }: { delivery: DeliveryReport }) {
  const { target, upserted, deleted, refused, down, advice, notes, refusals } = delivery;
  return (
    <div className={classes.target}>
      <p>
        <strong>{target}</strong>: {count(upserted)} written, {count(deleted)} removed, {count(refused)}{" "}
        refused
      </p>
      {down ? <p className={classes.reason}>{[down, advice].filter(Boolean).join(". ")}</p> : null}
      {notes?.map((note) => (
        <p className={classes.soft} key={note}>
          {note}
        </p>
      ))}
      {refusals?.map((refusal) => (
        <Refused key={`${refusal.blueprint} ${refusal.field} ${refusal.advice}`} refusal={refusal} />
      ))}
    </div>
  );
}

function Refused({ refusal }: { refusal: Refusal }) {
  const { blueprint, field, advice, examples } = refusal;
  const more = refusal.count - examples.length;
  return (
    <div>
      <p>
        {count(refusal.count)} of {blueprint}
        {field ? (
          <>
            , <code>{field}</code>
          </>
        ) : null}
        {advice ? `: ${advice}` : null}
      </p>
      <ul className={classes.refused}>
        {examples.map(({ identifier, error }) => (
          <li key={identifier}>
            <EntityLink blueprint={blueprint} identifier={identifier}>
              {identifier}
            </EntityLink>{" "}
            <span className={classes.reason}>{error}</span>
          </li>
        ))}
        {more > 0 ? <li className={classes.soft}>and {count(more)} more</li> : null}
      </ul>
    </div>
  );
}
