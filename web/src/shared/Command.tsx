import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import classes from "./Command.module.css";
import { Icon } from "./Icon";

/** A command line to copy. */
export function Command({ text }: { text: string }) {
  return (
    <div className={classes.command}>
      <code>{text}</code>
      <Copy label="Copy the command" text={text} />
    </div>
  );
}

export function Copy({ text, label }: { text: string; label: string }) {
  return (
    <CopyButton timeout={1500} value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : label}>
          <ActionIcon
            aria-label={copied ? "Copied" : label}
            color="gray"
            onClick={copy}
            size="sm"
            variant="subtle"
          >
            <Icon name={copied ? "check" : "copy"} size={15} />
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
