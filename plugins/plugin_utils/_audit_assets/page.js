/* Copyright (c) 2026 The datasentinel.platform contributors
   GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
   SPDX-License-Identifier: GPL-3.0-or-later */

/* Plain script rather than a library: a table of text that is searched, sorted and shown a few dozen rows at a time needs less code than
   the adapter to any library would, and nothing in it to trust. All text gets into the page as text: no markup is ever made of it. */
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const CHUNK = 40, BARS = 8;
  const SVG = "http://www.w3.org/2000/svg";
  const kinds = data.kinds.map(([kind]) => kind), titles = Object.fromEntries(data.kinds);
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const number = (count) => count.toLocaleString("en");

  const rows = data.rows.map((cells, index) => {
    const [name, host, kind, message, server, user, flat, enabled, connected, change, sides, commands] = cells;
    const tags = new Map();
    for (let i = 0; i < flat.length; i += 2) tags.set(data.keys[flat[i]], flat[i + 1]);
    const row = {
      index, name, host: host || name, kind: kinds[kind], message: data.texts[message], server, user: data.texts[user], tags,
      enabled: [null, false, true][enabled], connected: [null, false, true][connected], change, sides: sides || [], commands: commands || [],
    };
    const tagTexts = [...tags].map(([key, value]) => `${key}=${value}`);
    row.text = [name, row.host, titles[row.kind], row.message, server, row.user, ...tagTexts].join("\n").toLowerCase();
    return row;
  });

  // --- the state, which is the fragment of the URL ---
  const initial = { q: "", finding: [], change: "", by: data.tag, value: null, sort: "finding", down: false };
  let state = { ...initial };
  let order = rows, matching = rows, shown = 0, allBars = false;

  function parse(fragment) {
    const given = new URLSearchParams(fragment.replace(/^#/, ""));
    const by = data.keys.includes(given.get("by")) ? given.get("by") : data.tag;
    return {
      q: given.get("q") || "",
      finding: (given.get("finding") || "").split(",").filter((kind) => kinds.includes(kind)),
      change: given.get("change") in data.changes ? given.get("change") : "",
      by,
      value: given.has("value") ? given.get("value") : given.has("without") ? undefined : null,
      sort: ["finding", "name", "server", "tag"].includes(given.get("sort")) ? given.get("sort") : "finding",
      down: given.get("down") === "1",
    };
  }
  function fragment(changes) {
    const next = { ...state, ...changes }, given = new URLSearchParams();
    if (next.q) given.set("q", next.q);
    if (next.finding.length) given.set("finding", next.finding.join(","));
    if (next.change) given.set("change", next.change);
    if (next.by !== data.tag) given.set("by", next.by);
    if (next.value === undefined) given.set("without", "1"); else if (next.value !== null) given.set("value", next.value);
    if (next.sort !== "finding") given.set("sort", next.sort);
    if (next.down) given.set("down", "1");
    return "#" + given.toString();
  }
  // A link that is clicked has changed the address at once; its event comes a moment later.
  function follow() {
    if (location.hash !== "#connections" && (location.hash || "#") !== fragment({})) read();
  }
  function go(changes) {
    follow();
    history.replaceState(null, "", fragment(changes));
    read();
  }
  function read() {
    const before = state;
    state = parse(location.hash);
    if (state.by !== before.by || state.sort !== before.sort || state.down !== before.down) sort();
    apply();
  }

  // --- filters and order ---
  const isFindings = (list) => list.length === kinds.length - 1 && !list.includes("ok");
  const hasValue = (row) => state.value === null || (state.value === undefined ? !row.tags.has(state.by) : row.tags.get(state.by) === state.value);
  function sort() {
    const key = { name: (row) => row.name, server: (row) => row.server, tag: (row) => row.tags.get(state.by) ?? "" }[state.sort];
    // The rows come the worst first; sorting keeps that order among equals.
    order = key ? rows.map((row) => [key(row), row]).sort((a, b) => collator.compare(a[0], b[0])).map((pair) => pair[1]) : rows.slice();
    if (state.down) order.reverse();
  }
  function apply() {
    const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(state.finding);
    matching = order.filter((row) =>
      (!wanted.size || wanted.has(row.kind)) && (!state.change || row.change === state.change) && hasValue(row)
      && words.every((word) => row.text.includes(word)));
    const body = $("rows");
    body.replaceChildren();
    shown = 0;
    showMore();
    controls();
  }
  function showMore(count = CHUNK) {
    const part = document.createDocumentFragment();
    for (const row of matching.slice(shown, shown + count)) part.append(tableRow(row));
    $("rows").append(part);
    shown = Math.min(shown + count, matching.length);
    $("more").hidden = shown >= matching.length;
    $("more").textContent = `Show more of the other ${number(matching.length - shown)}`;
  }

  // --- elements ---
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }
  function draw(tag, attributes, ...children) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }
  const icon = (name) => draw("svg", { class: "icon", "aria-hidden": "true", focusable: "false" }, draw("use", { href: "#i-" + name }));
  const badge = (kind) => make("span", { class: "badge " + kind }, icon(kind), titles[kind]);
  const text = (value, attributes) => make("bdi", attributes, value);
  // A host name may be broken after its dots, and nowhere else.
  const server = (value) => make("bdi", {}, ...value.split(".").flatMap((part, place) => place ? [".", document.createElement("wbr"), part] : [part]));

  function tableRow(row) {
    const detail = "detail-" + row.index;
    const toggle = make("button", { type: "button", class: "toggle", "aria-expanded": "false", "aria-controls": detail }, icon("open"), badge(row.kind));
    toggle.append(make("span", { class: "hidden" }, ` details of ${row.name}`));
    const name = make("td", { class: "c-name" }, text(row.name, { class: "name" }));
    if (row.change === "new") name.append(make("span", { class: "fresh" }, "new"));
    if (row.host !== row.name) name.append(make("span", { class: "sub" }, "on ", text(row.host)));
    name.append(make("span", { class: "brief" }, row.message));
    const element = make("tr", { class: "row" },
      make("td", { class: "c-finding" }, toggle), name, make("td", { class: "c-server" }, server(row.server)),
      make("td", { class: "c-tag" }, text(row.tags.get(state.by) ?? "")), make("td", { class: "c-message" }, make("span", {}, row.message)));
    element.addEventListener("click", (event) => {
      if (String(getSelection()) && !event.target.closest("button")) return;
      const open = element.classList.toggle("open");
      toggle.setAttribute("aria-expanded", String(open));
      if (open) element.after(detailRow(row, detail)); else element.nextSibling.remove();
    });
    return element;
  }
  // Narrow screens hide some of the columns.
  const columns = () => [...document.querySelectorAll("#table > thead th")].filter((head) => head.offsetParent).length;
  function detailRow(row, id) {
    const cell = make("td", { colspan: columns(), class: "wide" });
    cell.append(make("p", { class: "detail-message" }, row.message));
    if (row.sides.length) {
      const nothing = (label) => make("td", { class: "nil" }, label === "password" ? "not shown" : "none");
      const side = (value, label, kind) => value === null ? nothing(label) : make("td", {}, text(value, { class: kind }));
      cell.append(make("h3", {}, "What differs"), make("table", { class: "sides" },
        make("thead", {}, make("tr", {}, ...["Field", "On the platform", "In the inventory"].map((title) => make("th", { scope: "col" }, title)))),
        make("tbody", {}, ...row.sides.map(([label, platform, inventory]) => make("tr", {},
          make("th", { scope: "row" }, text(label)), side(platform, label, "now"), side(inventory, label, "want"))))));
    }
    if (row.commands.length) {
      cell.append(make("h3", {}, row.kind === "unknown" ? "To look again" : "To repair it"));
      for (const command of row.commands) cell.append(commandLine(command));
    }
    const yes = (value) => value === null ? "not known" : value ? "yes" : "no";
    const facts = [["Server", row.server || "not known"], ["User", row.user || "not known"], ["Host of the inventory", row.host]];
    if (row.enabled !== null || row.connected !== null) facts.push(["Enabled", yes(row.enabled)], ["Connected", yes(row.connected)]);
    if (row.change) facts.push(["Since the last report", data.changes[row.change]]);
    const pairs = facts.map(([title, value]) => make("div", {}, make("dt", {}, title), make("dd", {}, text(value))));
    cell.append(make("dl", { class: "pairs" }, ...pairs));
    if (row.tags.size) {
      const chips = [...row.tags].map(([key, value]) => make("li", {}, make("span", {}, text(key), " = "), text(value)));
      cell.append(make("ul", { class: "chips", "aria-label": "Tags" }, ...chips));
    }
    return make("tr", { class: "detail", id }, cell);
  }
  function commandLine(command) {
    const code = make("code", {}, command), button = make("button", { type: "button", class: "copy" }, "Copy");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(command);
        button.textContent = "Copied";
      } catch {
        // Where a page may not write to the clipboard, the line is selected, to be copied by hand.
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    return make("div", { class: "command-line" }, code, button);
  }

  // --- bars ---
  function groups() {
    const found = new Map();
    for (const row of rows) {
      const value = row.tags.get(state.by);
      if (!found.has(value)) found.set(value, { value, total: 0, found: 0, counts: {} });
      const group = found.get(value);
      group.total += 1;
      group.found += row.kind !== "ok";
      group.counts[row.kind] = (group.counts[row.kind] || 0) + 1;
    }
    return [...found.values()].sort((a, b) => b.found - a.found || b.total - a.total || collator.compare(a.value ?? "", b.value ?? ""));
  }
  const label = (value) => value === undefined ? "without" : value || "(empty)";
  let drawn = null, all = [];
  function bars() {
    if (!data.tag) return;
    if (drawn !== state.by) {
      all = groups();
      drawn = state.by;
      const any = make("option", { value: "" }, `Any ${state.by}`);
      $("value").replaceChildren(any, ...all.map((group, place) => make("option", { value: String(place + 1) }, label(group.value))));
    }
    const longest = Math.max(...all.map((group) => group.total));
    const part = allBars ? all : all.slice(0, BARS);
    const chosen = all.find((group) => state.value !== null && group.value === state.value);
    if (chosen && !part.includes(chosen)) part.push(chosen);
    $("bars").replaceChildren(...part.map((group) => {
      let position = 0;
      const drawing = draw("svg", { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true", focusable: "false" });
      for (const kind of kinds) {
        if (!group.counts[kind]) continue;
        const width = Math.max(100 * group.counts[kind] / longest, 0.8);
        drawing.append(draw("rect", { class: kind, x: position, width, height: 10 }));
        position += width;
      }
      const count = group.found ? [make("strong", {}, number(group.found)), ` of ${number(group.total)}`] : [`${number(group.total)} ok`];
      const name = group.value === undefined ? make("em", {}, "without") : text(label(group.value));
      const link = { class: "bar-row", href: fragment({ value: group === chosen ? null : group.value }), "aria-current": group === chosen ? "true" : null };
      return make("li", {}, make("a", link,
        make("span", { class: "bar-name", title: label(group.value) }, name), drawing, make("span", { class: "bar-count" }, ...count)));
    }));
    $("more-bars").hidden = all.length <= BARS;
    $("more-bars").textContent = allBars ? "Show fewer" : `Show all ${number(all.length)}`;
    $("value").value = chosen ? String(all.indexOf(chosen) + 1) : "";
    $("by").value = document.querySelector("th.c-tag button").textContent = state.by;
  }

  // --- controls ---
  function controls() {
    for (const tile of document.querySelectorAll("[data-kind]")) {
      const current = state.finding.length === 1 && state.finding[0] === tile.dataset.kind;
      tile.href = fragment({ finding: current ? [] : [tile.dataset.kind] });
      if (current) tile.setAttribute("aria-current", "true"); else tile.removeAttribute("aria-current");
    }
    for (const link of document.querySelectorAll("[data-change]")) {
      const current = state.change === link.dataset.change;
      link.href = fragment({ change: current ? "" : link.dataset.change });
      if (current) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
    bars();
    for (const head of document.querySelectorAll("th[data-sort]")) {
      head.setAttribute("aria-sort", state.sort !== head.dataset.sort ? "none" : state.down ? "descending" : "ascending");
    }
    if ($("q").value.trim() !== state.q.trim()) $("q").value = state.q;
    $("finding").value = isFindings(state.finding) ? "!ok" : state.finding.length === 1 ? state.finding[0] : "";
    const filtered = state.q || state.finding.length || state.change || state.value !== null;
    $("clear").hidden = !filtered;
    $("nothing").hidden = matching.length > 0;
    $("status").textContent = filtered ? `${number(matching.length)} of ${number(rows.length)} connections` : `${number(rows.length)} connections`;
  }
  function start() {
    document.documentElement.classList.add("js");
    $("tools").hidden = false;
    $("rest")?.remove();
    if (data.tag) {
      document.querySelector(".by").hidden = false;
      document.querySelector(".by-text").hidden = true;
      $("by").addEventListener("change", () => go({ by: $("by").value, value: null }));
      $("more-bars").addEventListener("click", () => { allBars = !allBars; bars(); });
    }
    for (const head of document.querySelectorAll("th[data-sort]")) {
      const button = make("button", { type: "button" }, head.textContent), sort = head.dataset.sort;
      button.addEventListener("click", () => go({ sort, down: state.sort === sort && !state.down }));
      if (sort !== "tag" || data.tag) head.replaceChildren(button);
    }
    $("tools").addEventListener("submit", (event) => event.preventDefault());
    $("q").addEventListener("input", () => go({ q: $("q").value.trim() }));
    $("finding").addEventListener("change", () => {
      const chosen = $("finding").value;
      go({ finding: chosen === "!ok" ? kinds.filter((kind) => kind !== "ok") : chosen ? [chosen] : [] });
    });
    $("value").addEventListener("change", () => go({ value: $("value").value ? all[Number($("value").value) - 1].value : null }));
    $("clear").addEventListener("click", () => { go({ q: "", finding: [], change: "", value: null }); $("q").focus(); });
    $("more").addEventListener("click", () => showMore());
    const near = (entries) => { if (entries[0].isIntersecting && shown < matching.length) showMore(); };
    new IntersectionObserver(near, { rootMargin: "600px" }).observe($("more"));
    addEventListener("resize", () => document.querySelectorAll("td.wide").forEach((cell) => { cell.colSpan = columns(); }));
    addEventListener("hashchange", follow);
    addEventListener("beforeprint", () => showMore(matching.length));
    addEventListener("keydown", (event) => {
      if (event.key === "/" && !event.target.closest("input, select, textarea")) { event.preventDefault(); $("q").focus(); }
    });
    state = parse(location.hash);
    sort();
    apply();
  }
  start();
})();
