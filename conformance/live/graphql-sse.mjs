// The client `graphql-sse` against the service, in distinct connections mode: what it follows, resumes and is refused.
import { createClient } from "graphql-sse";
import { AUTHORIZATION, FOLLOW, check, comment, equal, finish, url } from "../checking.mjs";

const open = (headers = { authorization: AUTHORIZATION }, options = {}) => createClient({ url, headers, retryAttempts: 0, ...options });
const next = async (changes) => {
  const { value, done } = await changes.next();
  if (done) throw new Error("the subscription has ended");
  if (value.errors) throw value.errors;
  return value.data.eventChanged;
};
const codes = async (client, payload) => {
  const found = [];
  for await (const { errors } of client.iterate(payload)) found.push(...(errors ?? []).map((error) => error.extensions.code));
  return found;
};

await check("changes are told in order, after the first message", async () => {
  const client = open();
  const changes = client.iterate({ query: FOLLOW });
  equal((await next(changes)).change, "STARTED");
  for (let round = 0; round < 3; round++) {
    const { id } = await comment();
    equal((await next(changes)).event.id, id);
  }
  await changes.return();
});

await check("after a reconnect by cursor nothing is missed and nothing comes twice", async () => {
  const before = open().iterate({ query: FOLLOW });
  await next(before);
  await comment();
  const seen = await next(before);
  await before.return();
  const wanted = [];
  for (let round = 0; round < 5; round++) wanted.push((await comment()).id);
  const after = open().iterate({ query: FOLLOW, variables: { after: seen.cursor } });
  for (const id of wanted) equal((await next(after)).event.id, id);
  const { id } = await comment();
  equal((await next(after)).event.id, id);
  await after.return();
});

await check("queries are answered once and completed", async () => {
  const answers = [];
  for await (const answer of open().iterate({ query: "{ viewer { signedIn } }" })) answers.push(answer.data);
  equal(answers, [{ viewer: { signedIn: true } }]);
});

await check("what is wrong is told in the stream", async () => {
  equal(await codes(open(), { query: "subscription { eventChanged { nothing } }" }), ["GRAPHQL_VALIDATION_FAILED"]);
  equal(await codes(open(), { query: FOLLOW, variables: { after: "nonsense" } }), ["CURSOR_INVALID"]);
  equal(await codes(open({}), { query: FOLLOW }), ["UNAUTHENTICATED"]);
});

await check("a token that is not accepted gets 401", async () => {
  const refused = await codes(open({ authorization: "Bearer nonsense" }), { query: FOLLOW }).catch((error) => error.response?.status);
  equal(refused, 401);
});

await check("a browser's EventSource resumes by the id of the last event", async () => {
  const get = async (headers) => {
    const answer = await fetch(`${url}?${new URLSearchParams({ query: FOLLOW })}`, {
      headers: { accept: "text/event-stream", authorization: AUTHORIZATION, ...headers },
    });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    return async () => {
      for (;;) {
        const end = text.indexOf("\n\n");
        if (end < 0) { text += (await reader.read()).value; continue; }
        const event = text.slice(0, end);
        text = text.slice(end + 2);
        if (!event.startsWith(":")) return Object.fromEntries(event.split("\n").map((line) => line.split(/: (.*)/, 2)));
      }
    };
  };
  const first = await get();
  const start = await first();
  const { id } = await comment();
  const again = await get({ "last-event-id": start.id });
  equal(JSON.parse((await again()).data).data.eventChanged.event.id, id);
});

finish();
