// What the scripts in live/ share: who asks, events that change, and how checks are counted.
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

export const [url, tokensFile] = process.argv.slice(2);
const tokens = JSON.parse(readFileSync(tokensFile, "utf8"));
export const AUTHORIZATION = `Bearer ${tokens.district}`;
export const FOLLOW = `subscription Follow($grid: ID, $after: String) {
  eventChanged(grid: $grid, after: $after) { cursor at change event { id number version grid { code } } }
}`;
const PATIENCE_SECONDS = 20;
let passed = 0, all = 0;

/** Run one check; what it throws is told. */
export async function check(name, run) {
  all += 1;
  const late = new AbortController();
  try {
    const patience = pause(PATIENCE_SECONDS * 1000, undefined, { signal: late.signal }).then(() => {
      throw new Error(`nothing happened for ${PATIENCE_SECONDS} seconds`);
    });
    await Promise.race([run(), patience]);
    passed += 1;
  } catch (error) {
    console.error(`failed: ${name}: ${error?.message ?? JSON.stringify(error)}`);
  } finally {
    late.abort();
  }
}

/** Print the figures and end. */
export function finish() {
  console.log(JSON.stringify({ passed, all }));
  process.exit(passed === all ? 0 : 1);
}

export function equal(found, wanted) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${a} instead of ${b}`);
}

export async function ask(query, variables, authorization = AUTHORIZATION) {
  const headers = { "content-type": "application/json", ...(authorization && { authorization }) };
  const answer = await (await fetch(url, { method: "POST", headers, body: JSON.stringify({ query, variables }) })).json();
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

let remarked;
/** Comment on an event of the town, which is a change that its subscribers are told of; gives the event's version after it. */
export async function comment() {
  remarked ??= (await ask("{ events(first: 1, filter: { closed: { eq: false } }) { nodes { id grid { code } } } }")).events.nodes[0];
  const mutation = `mutation($id: ID!) {
    eventComment(id: $id, input: { note: "looked at" }) { event { version } userErrors { code } } }`;
  const { event, userErrors } = (await ask(mutation, { id: remarked.id })).eventComment;
  if (userErrors.length) throw new Error(JSON.stringify(userErrors));
  return { ...remarked, version: event.version };
}
