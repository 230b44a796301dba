// The client `graphql-ws` against the service: what it follows, resumes and is refused.
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { AUTHORIZATION, FOLLOW, ask, check, comment, equal, finish, url } from "../checking.mjs";

const socketUrl = url.replace("http", "ws");
const open = (options = {}) =>
  createClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { authorization: AUTHORIZATION }, ...options });
const next = async (changes) => {
  const { value, done } = await changes.next();
  if (done) throw new Error("the subscription has ended");
  if (value.errors) throw value.errors;
  return value.data.eventChanged;
};
/** What a client is told when its operation or its connection is refused. */
const refusal = (client, payload) =>
  new Promise((resolve, reject) => client.subscribe(payload, { next: reject, error: resolve, complete: () => reject(new Error("completed")) }));

await check("changes are told in order, after the first message", async () => {
  const client = open();
  const changes = client.iterate({ query: FOLLOW });
  equal((await next(changes)).change, "STARTED");
  for (let round = 0; round < 3; round++) {
    const { id } = await comment();
    const { change, event } = await next(changes);
    equal([change, event.id], ["COMMENTED", id]);
  }
  await changes.return();
  await client.dispose();
});

await check("after a reconnect by cursor nothing is missed and nothing comes twice", async () => {
  const first = open();
  const before = first.iterate({ query: FOLLOW });
  await next(before);
  await comment();
  const seen = await next(before);
  await first.dispose();
  const wanted = [];
  for (let round = 0; round < 5; round++) wanted.push((await comment()).id);
  const second = open();
  const after = second.iterate({ query: FOLLOW, variables: { after: seen.cursor } });
  for (const id of wanted) equal((await next(after)).event.id, id);
  const { id } = await comment();
  equal((await next(after)).event.id, id);
  await second.dispose();
});

await check("a client whose connection breaks resumes by itself", async () => {
  let socket, broken = 0;
  const client = open({ retryAttempts: 5, retryWait: async () => {}, on: { opened: (opened) => { socket = opened; } } });
  const payload = { query: FOLLOW, variables: {} };
  const told = [];
  let enough;
  const all = new Promise((resolve) => { enough = resolve; });
  client.subscribe(payload, {
    next: ({ data: { eventChanged } }) => {
      payload.variables.after = eventChanged.cursor; // what the client sends when it subscribes again
      if (eventChanged.event) told.push(eventChanged.event.id);
      if (told.length < 6) comment();
      else enough();
      if (told.length % 2 === 0 && broken < 3) { broken += 1; socket.terminate(); }
    },
    error: (error) => enough(error),
    complete: () => {},
  });
  const error = await all;
  if (error) throw error;
  equal([told.length, broken], [6, 3]);
  await client.dispose();
});

await check("a grid narrows what is told", async () => {
  const client = open();
  const { grid } = await comment();
  const inside = client.iterate({ query: FOLLOW, variables: { grid: grid.code } });
  equal((await next(inside)).change, "STARTED");
  await comment();
  equal((await next(inside)).event.grid.code, grid.code);
  await client.dispose();
});

await check("queries and mutations are answered once", async () => {
  const client = open();
  const answers = [];
  for await (const answer of client.iterate({ query: "{ viewer { signedIn } }" })) answers.push(answer.data);
  equal(answers, [{ viewer: { signedIn: true } }]);
  await client.dispose();
});

await check("several operations share a connection", async () => {
  let connections = 0;
  const client = open({ on: { connected: () => { connections += 1; } } });
  const both = [client.iterate({ query: FOLLOW }), client.iterate({ query: FOLLOW })];
  for (const one of both) await next(one);
  await comment();
  const [a, b] = [await next(both[0]), await next(both[1])];
  equal(a.event, b.event);
  equal(connections, 1);
  await client.dispose();
});

await check("ping is answered", async () => {
  const pong = new Promise((resolve) => {
    const client = open({ lazy: false, keepAlive: 50, on: { pong: (received) => received && client.dispose() && resolve() } });
  });
  await pong;
});

await check("a document that is wrong is an error of its operation", async () => {
  const client = open();
  const [error] = await refusal(client, { query: "subscription { eventChanged { nothing } }" });
  equal(error.extensions.code, "GRAPHQL_VALIDATION_FAILED");
  await client.dispose();
});

await check("a cursor that is wrong is an error of its operation", async () => {
  const client = open();
  const [error] = await refusal(client, { query: FOLLOW, variables: { after: "nonsense" } });
  equal(error.extensions.code, "CURSOR_INVALID");
  await client.dispose();
});

await check("a visitor is refused a subscription and not the connection", async () => {
  const client = open({ connectionParams: undefined });
  const [error] = await refusal(client, { query: FOLLOW });
  equal(error.extensions.code, "UNAUTHENTICATED");
  await client.dispose();
});

await check("a token that is not accepted closes with 4403", async () => {
  const closed = await refusal(open({ connectionParams: { authorization: "Bearer nonsense" } }), { query: FOLLOW });
  equal([closed.code, closed.reason], [4403, "TOKEN_INVALID"]);
});

/** With what the service closes a connection on which this was said. */
const closing = (subprotocol, ...said) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(socketUrl, subprotocol);
    socket.on("open", () => said.forEach((one) => socket.send(one)));
    socket.on("close", (code) => resolve(code));
    socket.on("error", reject);
  });
const init = JSON.stringify({ type: "connection_init", payload: { authorization: AUTHORIZATION } });
const subscribe = JSON.stringify({ type: "subscribe", id: "1", payload: { query: FOLLOW } });

await check("the codes of the protocol", async () => {
  equal(await closing("graphql-transport-ws", subscribe), 4401);
  equal(await closing("graphql-transport-ws", "{"), 4400);
  equal(await closing("graphql-transport-ws", init, init), 4429);
  equal(await closing("graphql-transport-ws", init, subscribe, subscribe), 4409);
});

await check("the older protocol is not spoken", async () => {
  const refused = await closing("graphql-ws").catch((error) => error.message);
  if (refused !== 4406 && !/subprotocol/i.test(refused)) throw new Error(String(refused));
});

await ask("{ viewer { signedIn } }");
finish();
