/** Markdown drawn as elements of the page. No HTML of the text is ever made part of it as it stands. */
import { lexer, type Token, type Tokens } from "marked";
import { Fragment, type JSX, type ReactNode } from "react";
import { isWebAddress } from "../shared/fields";
import { htmlContent } from "./htmlContent";
import classes from "./Markdown.module.css";

export default function Markdown({ text }: { text: string }) {
  return (
    <div className={classes.markdown}>
      {/^\s*<[a-z]/i.test(text) ? htmlContent(text) : blocks(lexer(text))}
    </div>
  );
}

function blocks(tokens: Token[] | undefined): ReactNode[] {
  return (tokens ?? []).map((token, index) => {
    const draw = DRAWN[token.type];
    // biome-ignore lint/suspicious/noArrayIndexKey: a text is drawn once, in its own order
    return <Fragment key={index}>{draw ? draw(token as never) : plain(token)}</Fragment>;
  });
}

function plain(token: Token): ReactNode {
  if ("tokens" in token && token.tokens) return blocks(token.tokens);
  return "text" in token && typeof token.text === "string" ? unescaped(token.text) : null;
}

const ENTITIES: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
  nbsp: "\u00a0",
};

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => ENTITIES[name] ?? "");
}

/** Headings begin below those of the page. */
function heading(token: Tokens.Heading): JSX.Element {
  const Level = `h${Math.min(token.depth + 3, 6)}` as "h4" | "h5" | "h6";
  return <Level>{blocks(token.tokens)}</Level>;
}

function link(token: Tokens.Link): ReactNode {
  if (!isWebAddress(token.href)) return blocks(token.tokens);
  return (
    <a href={token.href} rel="noreferrer nofollow" target="_blank">
      {blocks(token.tokens)}
    </a>
  );
}

/** Pictures stay where they are: nothing is fetched from elsewhere. */
function image(token: Tokens.Image): ReactNode {
  const name = token.text || "picture";
  if (!isWebAddress(token.href)) return name;
  return (
    <a href={token.href} rel="noreferrer nofollow" target="_blank">
      {name}
    </a>
  );
}

function list(token: Tokens.List): JSX.Element {
  const items = blocks(token.items);
  return token.ordered ? (
    <ol start={token.start === "" ? undefined : token.start}>{items}</ol>
  ) : (
    <ul>{items}</ul>
  );
}

function item(token: Tokens.ListItem): JSX.Element {
  const box = token.task ? (token.checked ? "☑ " : "☐ ") : "";
  return (
    <li>
      {box}
      {blocks(token.tokens)}
    </li>
  );
}

function table(token: Tokens.Table): JSX.Element {
  const cells = (row: Tokens.TableCell[], Cell: "td" | "th") =>
    row.map((cell, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a text is drawn once, in its own order
      <Cell key={index}>{blocks(cell.tokens)}</Cell>
    ));
  return (
    <table>
      <thead>
        <tr>{cells(token.header, "th")}</tr>
      </thead>
      <tbody>
        {token.rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a text is drawn once, in its own order
          <tr key={index}>{cells(row, "td")}</tr>
        ))}
      </tbody>
    </table>
  );
}

const DRAWN: Record<string, (token: never) => ReactNode> = {
  blockquote: (token: Tokens.Blockquote) => <blockquote>{blocks(token.tokens)}</blockquote>,
  br: () => <br />,
  code: (token: Tokens.Code) => (
    <pre>
      <code>{token.text}</code>
    </pre>
  ),
  codespan: (token: Tokens.Codespan) => <code>{unescaped(token.text)}</code>,
  def: () => null,
  del: (token: Tokens.Del) => <del>{blocks(token.tokens)}</del>,
  em: (token: Tokens.Em) => <em>{blocks(token.tokens)}</em>,
  heading,
  hr: () => <hr />,
  html: (token: Tokens.HTML) => htmlContent(token.text),
  image,
  link,
  list,
  list_item: item,
  paragraph: (token: Tokens.Paragraph) => <p>{blocks(token.tokens)}</p>,
  space: () => null,
  strong: (token: Tokens.Strong) => <strong>{blocks(token.tokens)}</strong>,
  table,
};
