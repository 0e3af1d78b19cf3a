import { useQuery } from "@tanstack/react-query";
import { entityQuery } from "../api/queries";
import type { Field } from "../shared/fields";
import { type Condition, MEANINGS, valueWords } from "./conditions";

/** A condition as a sentence; a related entity by its title. */
export function ConditionWords({ condition, field }: { condition: Condition; field: Field | undefined }) {
  const target = field?.target;
  const pointed = target !== undefined && typeof condition.value === "string" ? condition.value : undefined;
  const { data } = useQuery({ ...entityQuery(target ?? "", pointed ?? ""), enabled: pointed !== undefined });
  const value = (pointed && data?.entity?.title) || valueWords(condition);
  return (
    <>
      {field?.label ?? condition.field} {MEANINGS[condition.is].words}{" "}
      {value ? <strong>{value}</strong> : null}
    </>
  );
}
