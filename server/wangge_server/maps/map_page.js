// The page of the map: tiles below, the parts of the chosen grid above them, and its figures beside it. It imports nothing itself.
// The token is kept in this tab's session storage, where the explorer keeps it too, and goes when the tab is closed.

const TOKEN = "wangge:token";
const EMPTY = { type: "FeatureCollection", features: [] };
const POINTS = { buildings: "#5b6770", assets: "#6d4ea0", places: "#1c7c54", events: "#c2571a" };
const OVERDUE = "#b00020";
const MOST_LISTED = 200;
const session = window.sessionStorage;

const FIGURES = [
  ["persons", "人口", "People"],
  ["households", "户数", "Households"],
  ["buildings", "楼栋", "Buildings"],
  ["homes", "住宅", "Homes"],
  ["shops", "商铺", "Shops"],
  ["otherUnits", "其他房屋", "Other units"],
  ["vacantUnits", "空置房屋", "Vacant units"],
  ["organizations", "单位", "Organisations"],
  ["assets", "部件", "Assets"],
  ["places", "站点", "Places"],
  ["openEvents", "在办事件", "Open events"],
  ["overdueEvents", "超期事件", "Overdue events"],
  ["heldPosts", "在岗岗位", "Posts held"],
  ["vacantPosts", "空缺岗位", "Posts vacant"],
];

const TEXTS = {
  zh: {
    title: "网格地图", token: "令牌", refused: "令牌无效", none: "无：只看公开内容", signOut: "退出", kept: "以 Authorization: Bearer 发送，保存至本标签页关闭",
    show: "显示", buildings: "楼栋", assets: "部件", places: "站点", events: "事件", all: "全部网格", parts: "下辖网格", path: "位置", map: "地图",
    hidden: "对您不显示", published: "人口和户数为公布数，公布于", visited: "最近走访于", confirmed: "人员信息最近核实于", noGrids: "尚无网格边界。请用 wangge import boundaries 导入。",
    failed: "读取失败：", noMap: "此浏览器无法显示地图（需要 WebGL）；列表仍可使用。", undrawn: "没有边界", people: "人", open: "件在办", more: "仅列出前 200 个。",
    help: "点击网格查看其数据和下辖网格；Esc 返回上一级。", close: "关闭", several: "个", language: "English",
  },
  en: {
    title: "Map of the grids", token: "Token", refused: "Token refused", none: "none: you see what is public", signOut: "Sign out",
    kept: "Sent as Authorization: Bearer …, kept until this tab is closed",
    show: "Show", buildings: "Buildings", assets: "Assets", places: "Places", events: "Events", all: "All grids", parts: "Its parts", path: "Where it is", map: "Map",
    hidden: "not shown to you", published: "People and households as they were published on", visited: "Last visited on", confirmed: "A person's record was last confirmed on",
    noGrids: "No grid has a boundary yet. Import them with wangge import boundaries.",
    failed: "Could not be read: ", noMap: "This browser cannot draw the map (it needs WebGL); the lists work all the same.", undrawn: "no boundary",
    people: "people", open: "open", more: "The first 200 are listed.",
    help: "Click a grid to see its figures and its parts; Esc goes back up.", close: "Close", several: "of them", language: "中文",
  },
};

const LISTED = "id code name boundary { bbox } profile { persons openEvents overdueEvents }";
const GRID = `query Grid($id: ID!) { node(id: $id) { ... on Grid {
  id code name path { id name } boundary { bbox }
  profile { ${FIGURES.map(([name]) => name).join(" ")} publishedAt lastVisitAt lastConfirmedAt }
  children(first: ${MOST_LISTED}) { nodes { ${LISTED} } pageInfo { hasNextPage } }
} } }`;

export function showMap(maplibre) {
  const page = document.getElementById("page");
  const state = {
    language: JSON.parse(document.getElementById("map-data").textContent).language,
    token: session.getItem(TOKEN) ?? "",
    refused: false,
    shown: new Set(["places", "events"]),
    chosen: null,
    asked: 0,
  };
  const text = (name) => TEXTS[state.language][name];
  const drawn = new Map(); // grids that were shown as parts, by id
  let map = null;

  const bar = element("header", { class: "bar" });
  const canvas = element("div", { id: "map" });
  const panel = element("section", { id: "panel", "aria-live": "polite", tabindex: "-1" });
  page.replaceChildren(bar, element("main", {}, canvas, panel));

  function headers() {
    return { "Accept-Language": state.language, ...(state.token ? { Authorization: `Bearer ${state.token}` } : {}) };
  }

  async function read(path, request = {}) {
    const given = { ...headers(), ...(request.body ? { "Content-Type": "application/json" } : {}) };
    const response = await fetch(path, { ...request, headers: given, credentials: "omit", referrerPolicy: "no-referrer" });
    setRefused(response.status === 401);
    const answer = await response.json();
    if (answer.errors) throw new Error(answer.errors[0].message);
    return answer;
  }

  // --- the bar

  function setRefused(refused) {
    if (refused !== state.refused) {
      state.refused = refused;
      const label = bar.querySelector(".token");
      label.classList.toggle("refused", refused);
      label.firstChild.textContent = text(refused ? "refused" : "token");
    }
  }

  function drawBar() {
    document.title = text("title");
    document.documentElement.lang = state.language === "zh" ? "zh-CN" : "en";
    const field = element("input", {
      type: "password", value: state.token, placeholder: text("none"), title: text("kept"), autocomplete: "off", spellcheck: "false",
    });
    field.addEventListener("change", () => signIn(field.value));
    const boxes = Object.keys(POINTS).map((name) => {
      const box = element("input", { type: "checkbox", name, ...(state.shown.has(name) ? { checked: "" } : {}) });
      box.addEventListener("change", () => {
        state.shown[box.checked ? "add" : "delete"](name);
        showLayers();
      });
      return element("label", {}, box, element("span", { class: "dot", style: `background:${POINTS[name]}` }), text(name));
    });
    const other = state.language === "zh" ? "en" : "zh";
    bar.replaceChildren(
      element("h1", {}, text("title")),
      element("label", { class: state.refused ? "token refused" : "token" }, element("span", {}, text(state.refused ? "refused" : "token")), field),
      ...(state.token ? [button(text("signOut"), () => signIn(""))] : []),
      element("fieldset", {}, element("legend", {}, text("show")), ...boxes),
      button(text("language"), () => setLanguage(other), { lang: other === "zh" ? "zh-CN" : "en" }),
    );
  }

  function signIn(given) {
    state.token = given.trim().replace(/^bearer\s+/i, "");
    if (state.token) session.setItem(TOKEN, state.token);
    else session.removeItem(TOKEN);
    drawBar();
    showLayers();
    choose(state.chosen, { stay: true });
  }

  function setLanguage(language) {
    state.language = language;
    drawBar();
    showLayers();
    map?.getCanvas().setAttribute("aria-label", text("map"));
    choose(state.chosen, { stay: true });
  }

  // --- the panel

  async function choose(id, { stay = false, focus = false } = {}) {
    const asked = ++state.asked; // an answer that comes after another was asked for is dropped
    try {
      const [grid, parts] = await Promise.all([id ? readGrid(id) : null, readParts(id)]);
      if (asked !== state.asked) return;
      state.chosen = grid ? id : null;
      drawPanel(grid, parts);
      drawParts(parts);
      if (!stay) lookAt(grid?.boundary?.bbox ?? around(parts));
      if (focus) panel.focus();
      page.dataset.chosen = state.chosen ?? "";
    } catch (error) {
      if (asked === state.asked) panel.replaceChildren(element("p", { role: "alert" }, text("failed") + error.message));
    }
  }

  async function readGrid(id) {
    const body = JSON.stringify({ query: GRID, variables: { id } });
    return (await read("/graphql", { method: "POST", body })).data.node;
  }

  function readParts(id) {
    return read(`/map/grids.geojson${id ? `?parent=${encodeURIComponent(id)}` : ""}`);
  }

  function drawPanel(grid, parts) {
    const topmost = parts.features.map(({ properties }) => properties);
    if (!grid) {
      const listed = topmost.length ? list(topmost.map((one) => part(one))) : element("p", {}, text("noGrids"));
      panel.replaceChildren(element("h2", {}, text("all")), listed, element("p", { class: "hint" }, text("help")));
      return;
    }
    const children = grid.children.nodes;
    panel.replaceChildren(
      breadcrumb(grid.path),
      element("h2", {}, grid.name, " ", element("small", {}, grid.code)),
      ...(grid.profile ? figures(grid.profile) : []),
      ...(children.length ? [element("h3", {}, text("parts")), list(children.map((one) => part(one)))] : []),
      ...(grid.children.pageInfo.hasNextPage ? [element("p", { class: "hint" }, text("more"))] : []),
    );
  }

  function breadcrumb(path) {
    const steps = [{ id: null, name: text("all") }, ...path].map((one, at) =>
      at === path.length
        ? element("li", { "aria-current": "page" }, one.name)
        : element("li", {}, button(one.name, () => choose(one.id, { focus: true }))),
    );
    return element("nav", { "aria-label": text("path") }, element("ol", {}, ...steps));
  }

  function figures(profile) {
    const rows = FIGURES.flatMap(([name, zh, en]) => {
      const value = profile[name];
      const shown = value === null ? element("abbr", { title: text("hidden") }, "—") : number(value);
      return [
        element("dt", {}, state.language === "zh" ? zh : en),
        element("dd", { "data-figure": name, ...(name === "overdueEvents" && value ? { class: "overdue" } : {}) }, shown),
      ];
    });
    const said = [["publishedAt", "published"], ["lastVisitAt", "visited"], ["lastConfirmedAt", "confirmed"]].filter(([name]) => profile[name]);
    return [
      element("dl", {}, ...rows),
      ...said.map(([name, words]) => element("p", { class: "hint" }, `${text(words)} ${new Date(profile[name]).toLocaleDateString(state.language)}`)),
    ];
  }

  function part(one) {
    const told = [];
    if (one.boundary === null) told.push(text("undrawn"));
    if (one.profile?.persons != null) told.push(`${number(one.profile.persons)} ${text("people")}`);
    if (one.profile?.openEvents) told.push(`${number(one.profile.openEvents)} ${text("open")}`);
    return element("li", {}, button(one.name, () => choose(one.id, { focus: true }), { "data-grid": one.id }), " ", element("small", {}, told.join(" · ")));
  }

  function number(value) {
    return value.toLocaleString(state.language);
  }

  // --- the map

  function around(parts) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const widen = (given) => {
      if (typeof given[0] === "number") {
        [0, 1].forEach((axis) => {
          box[axis] = Math.min(box[axis], given[axis]);
          box[axis + 2] = Math.max(box[axis + 2], given[axis]);
        });
      } else given.forEach(widen);
    };
    parts.features.forEach(({ geometry }) => widen(geometry.coordinates));
    return parts.features.length ? box : null;
  }

  function lookAt(box) {
    if (map && box) map.fitBounds([[box[0], box[1]], [box[2], box[3]]], { padding: 24, maxZoom: 17, duration: 400 });
  }

  function drawParts(parts) {
    for (const one of parts.features) drawn.set(one.properties.id, one);
    const own = drawn.get(state.chosen); // what has no parts shows itself
    const shown = parts.features.length || !own ? parts : { ...EMPTY, features: [own] };
    const put = () => map.getSource("parts").setData(shown);
    if (map) map.isStyleLoaded() || map.getSource("parts") ? put() : map.once("load", put);
  }

  function tiles() {
    return [`${location.origin}/map/tiles/{z}/{x}/{y}.mvt?layers=${["grids", ...state.shown].join(",")}`];
  }

  function showLayers() {
    const set = () => map.getSource("town").setTiles(tiles());
    if (map) map.getSource("town") ? set() : map.once("load", set);
  }

  function openMap() {
    map = new maplibre.Map({
      container: canvas,
      style: style(tiles()),
      center: [104, 35],
      zoom: 3,
      maxZoom: 19,
      attributionControl: false,
      localIdeographFontFamily: "sans-serif",
      locale: { "Map.Title": text("map") },
      transformRequest: (url) => (new URL(url, location.href).origin === location.origin ? { url, headers: headers() } : { url: "" }),
    });
    map.addControl(new maplibre.NavigationControl({ visualizePitch: false }));
    map.addControl(new maplibre.ScaleControl());
    map.on("click", (event) => clicked(event));
    map.on("mousemove", ({ point }) => (map.getCanvas().style.cursor = map.getLayer("parts") && under(point) ? "pointer" : ""));
    map.on("idle", () => (page.dataset.idle = String(Number(page.dataset.idle ?? 0) + 1)));
    window.wanggeMap = map; // to be looked at from the console
  }

  function under(point) {
    const [found] = map.queryRenderedFeatures(point, { layers: ["parts"] });
    return found ?? map.queryRenderedFeatures(point, { layers: ["grids"] })[0];
  }

  function clicked({ point, lngLat }) {
    const near = [[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]];
    const [thing] = map.queryRenderedFeatures(near, { layers: Object.keys(POINTS) });
    if (thing) return tell(thing, lngLat);
    const grid = under(point);
    if (grid) choose(grid.properties.id);
  }

  function tell({ layer, properties }, lngLat) {
    const { count, number: told, name, kind } = properties;
    const lines = count > 1 || !properties.id ? [`${number(count)} ${text("several")}`] : [kind, told ?? name].filter(Boolean);
    const content = element("div", {}, element("strong", {}, text(layer.id)), ...lines.map((line) => element("p", {}, line)));
    new maplibre.Popup({ locale: text("close") }).setLngLat(lngLat).setDOMContent(content).addTo(map);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.chosen && event.target.tagName !== "INPUT") {
      const steps = panel.querySelectorAll("nav button");
      steps[steps.length - 1]?.click();
    }
  });

  drawBar();
  try {
    openMap();
  } catch {
    canvas.replaceChildren(element("p", { role: "alert" }, text("noMap")));
  }
  choose(null).then(() => {
    const all = panel.querySelectorAll("[data-grid]");
    if (all.length === 1) choose(all[0].dataset.grid);
  });
}

function style(tiles) {
  const points = Object.entries(POINTS).map(([id, color]) => ({
    id,
    type: "circle",
    source: "town",
    "source-layer": id,
    paint: {
      "circle-color": id === "events" ? ["case", [">", ["get", "overdue"], 0], OVERDUE, color] : color,
      "circle-radius": ["interpolate", ["linear"], ["sqrt", ["get", "count"]], 1, 5, 30, 18],
      "circle-opacity": 0.85,
      "circle-stroke-color": "#fff",
      "circle-stroke-width": 1,
    },
  }));
  return {
    version: 8,
    sources: { town: { type: "vector", tiles, minzoom: 0, maxzoom: 18 }, parts: { type: "geojson", data: EMPTY, promoteId: "id" } },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": "#f2efe8" } },
      { id: "grids", type: "fill", source: "town", "source-layer": "grids", paint: { "fill-color": "#8fb3d9", "fill-opacity": 0.35 } },
      { id: "grid-lines", type: "line", source: "town", "source-layer": "grids", paint: { "line-color": "#4a6f9c", "line-width": 0.8 } },
      { id: "parts", type: "fill", source: "parts", paint: { "fill-color": "#f5d76e", "fill-opacity": 0.3 } },
      { id: "part-lines", type: "line", source: "parts", paint: { "line-color": "#1f3a5f", "line-width": 2 } },
      {
        id: "names",
        type: "symbol",
        source: "parts",
        layout: { "text-field": ["get", "name"], "text-size": 13, "text-font": ["sans-serif"] },
        paint: { "text-color": "#102a43", "text-halo-color": "#fff", "text-halo-width": 1.5 },
      },
      ...points,
    ],
  };
}

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function button(label, press, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", press);
  return made;
}

function list(items) {
  return element("ul", { class: "parts" }, ...items);
}
