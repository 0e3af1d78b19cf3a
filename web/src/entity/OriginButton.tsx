import { Icon } from "../shared/Icon";
import classes from "./OriginButton.module.css";

interface Props {
  label: string;
  open: boolean;
  toggle: () => void;
}

/** Opens where a value came from. */
export function OriginButton({ label, open, toggle }: Props) {
  return (
    <button
      aria-expanded={open}
      aria-label={`Where ${label} came from`}
      className={classes.button}
      onClick={toggle}
      title="Where it came from"
      type="button"
    >
      <Icon name="origin" size={17} />
    </button>
  );
}
