// The explorer page: a bar with the token and the ready operations, and GraphiQL below it.
// The bundle starts it with its own React and GraphiQL, a plain checkout with those of the CDN; it imports nothing itself.
// Everything is kept in this tab's session storage and goes when the tab is closed: a token, and what queries say of people, is not left behind.

const TOKEN = "wangge:token";
const TABS = "graphiql:tabState"; // where GraphiQL keeps its tabs
const session = window.sessionStorage;

export function showExplorer({ React, createRoot, GraphiQL }) {
  const { endpoint, operations } = JSON.parse(document.getElementById("explorer-data").textContent);
  const h = React.createElement;

  function Page() {
    const [token, setToken] = React.useState(session.getItem(TOKEN) ?? "");
    const [refused, setRefused] = React.useState(false);
    // GraphiQL takes the variables of the very first tab from its properties alone; a reloaded page has its own tabs.
    const [opened, setOpened] = React.useState({ count: 0, operation: session.getItem(TABS) ? undefined : operations[0] });
    const [schema, setSchema] = React.useState();
    const tokenNow = React.useRef(token);

    function keepToken(text) {
      const value = text.trim().replace(/^bearer\s+/i, "");
      tokenNow.current = value;
      setToken(value);
      setRefused(false);
      if (value) session.setItem(TOKEN, value);
      else session.removeItem(TOKEN);
    }

    // GraphiQL asks for the schema anew whenever its fetcher changes, so the fetcher stays the same and looks the token up.
    const fetcher = React.useCallback(async (request, options) => {
      const answer = await send(endpoint, request, { ...authorization(tokenNow.current), ...options?.headers });
      setRefused(answer.refused);
      return answer.result;
    }, []);

    return h(
      React.Fragment,
      null,
      h(
        "header",
        { className: "bar" },
        h("strong", null, "Wangge"),
        h(TokenField, { token, refused, onChange: keepToken }),
        h(OperationMenu, { operations, onChoose: (operation) => setOpened({ count: opened.count + 1, operation }) }),
      ),
      h(
        "main",
        null,
        h(GraphiQL, {
          key: opened.count, // a chosen operation opens in a tab of its own when GraphiQL starts anew with it
          fetcher,
          schema,
          onSchemaChange: setSchema,
          query: opened.operation?.query,
          variables: opened.operation?.variables,
          defaultTabs: firstOfEach(operations),
          storage: session,
          shouldPersistHeaders: false,
        }),
      ),
    );
  }

  function TokenField({ token, refused, onChange }) {
    return h(
      "label",
      { className: refused ? "token refused" : "token" },
      refused ? "Token refused" : "Token",
      h("input", {
        type: "password",
        value: token,
        placeholder: "none: you see what is public",
        title: "Sent as Authorization: Bearer …, kept until this tab is closed",
        autoComplete: "off",
        spellCheck: false,
        onChange: (change) => onChange(change.target.value),
      }),
      token && h("button", { type: "button", onClick: () => onChange("") }, "Sign out"),
    );
  }

  function OperationMenu({ operations, onChoose }) {
    return h(
      "label",
      null,
      "Ready operations",
      h(
        "select",
        { value: "", onChange: (change) => onChoose(operations[change.target.value]) },
        h("option", { value: "", disabled: true }, "Choose one to open it in a tab …"),
        groups(operations).map(([forWhom, members]) =>
          h(
            "optgroup",
            { key: forWhom, label: forWhom },
            members.map((operation) => h("option", { key: operation.title, value: operations.indexOf(operation) }, operation.title)),
          ),
        ),
      ),
    );
  }

  createRoot(document.getElementById("explorer")).render(h(Page));
}

function authorization(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

async function send(endpoint, request, headers) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json", ...headers },
    body: JSON.stringify(request),
    credentials: "omit",
    referrerPolicy: "no-referrer",
  });
  const text = await response.text();
  const refused = response.status === 401;
  try {
    return { refused, result: JSON.parse(text) };
  } catch {
    return { refused, result: { errors: [{ message: `${response.status} ${response.statusText}: ${text.slice(0, 500)}` }] } };
  }
}

function groups(operations) {
  const found = new Map();
  for (const operation of operations) found.set(operation.forWhom, [...(found.get(operation.forWhom) ?? []), operation]);
  return [...found];
}

function firstOfEach(operations) {
  return groups(operations).map(([, [{ query, variables }]]) => ({ query, variables }));
}
