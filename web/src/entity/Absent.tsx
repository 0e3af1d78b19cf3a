import type { Edge, Explanation } from "../api/shapes";
import { EntityLink } from "../shared/EntityLink";
import { Panel } from "../shared/Panel";
import classes from "./Absent.module.css";
import { History } from "./History";

interface Props {
  explanation: Explanation | undefined;
  /** Who names it all the same. */
  incoming: Edge[];
}

/** The page of an entity that is not there: why, and who points to it all the same. */
export function Absent({ explanation, incoming }: Props) {
  return (
    <div className={classes.absent}>
      <Panel title="This entity is not there">
        <p className={classes.why}>
          {explanation ? sentence(explanation.absence) : "Looking for the reason …"}
        </p>
        {incoming.length > 0 ? (
          <>
            <h3 className={classes.title}>It is named by</h3>
            <ul>
              {incoming.map(({ blueprint, identifier, title, relation }) => (
                <li key={`${blueprint} ${identifier} ${relation}`}>
                  <EntityLink blueprint={blueprint} identifier={identifier}>
                    {title || identifier}
                  </EntityLink>
                </li>
              ))}
            </ul>
          </>
        ) : null}
      </Panel>
      <History past={explanation?.history} />
    </div>
  );
}

function sentence(text: string): string {
  const full = text === "" ? "Nothing is known of it" : text;
  return `${full.charAt(0).toUpperCase()}${full.slice(1)}.`;
}
