/* The map: what the window shows is drawn anew at each move, single ranges when they are few, columns when they are many. */
if (byId("map-view")) {
  const view = byId("map-view");
  const table = byId("strips").tBodies[0];
  const HEIGHT = 300, TOP = 46, LEAST = 20, MOST = 56, SINGLY = 260, LISTED = 40, MARKS = 400, BIN = 6;
  const ROOM = HEIGHT - TOP - 30;
  const columns = data.map;
  const axis = axisOf(columns);
  const { from, to } = axis;
  const whole = [0, axis.length];
  const past = [];
  let shownFrom = 0, shownTo = axis.length, chosen = -1, width = 0, visible = [];

  const hostOf = (at) => data.hosts[columns.host[at]];
  const kindOf = (at) => columns.kinds[columns.kind[at]];
  const rangeOf = (at) => `${spelled(from[at])} to ${spelled(to[at] - 1)}`;
  const x = (spot) => ((spot - shownFrom) / (shownTo - shownFrom)) * width;
  const meets = (at, low, high) => from[at] <= high && to[at] > low;

  /* Overlaps by their first address: which incidents say that a range shares addresses. */
  const overlaps = data.overlaps.map(([low, high, incident]) => ({ low, high, incident })).sort((a, b) => a.low - b.low || a.high - b.high);
  const isShared = new Uint8Array(axis.count);
  for (const at of columns.shared) isShared[at] = 1;
  const incidentHosts = data.search.map((one) => new Set(one.hosts));
  const concerns = (incident, at) => {
    const told = data.search[incident];
    return !told || told.cut || incidentHosts[incident].has(columns.host[at]);
  };
  const overlapsOf = (at) => (isShared[at] ? overlaps.filter((one) => meets(at, one.low, one.high) && concerns(one.incident, at)) : []);
  const sharedBy = new Map();
  const incidentsOf = (at) => {
    if (!sharedBy.has(at)) {
      const found = overlapsOf(at).map((one) => one.incident);
      for (const [address, incident] of data.marks) {
        if (meets(at, address, address) && data.incidents[incident] && concerns(incident, at)) found.push(incident);
      }
      sharedBy.set(at, [...new Set(found)].sort((a, b) => a - b));
    }
    return sharedBy.get(at);
  };
  const matched = (at) => {
    const { text, digits } = filter;
    if (!text || hostOf(at).toLowerCase().includes(text)) return true;
    if (digits.length < 4) return false;
    const [low, high] = spanOf(digits);
    return meets(at, low, high);
  };

  const marked = [...data.marks].sort((a, b) => b[2] - a[2]);

  /* Drawing ------------------------------------------------------------------------------------------------- */
  const inView = () => {
    const low = axis.toAddress(shownFrom), high = axis.toAddress(shownTo);
    const found = [];
    for (let at = 0; at < axis.count; at += 1) {
      if (from[at] <= high && to[at] > low) found.push(at);
    }
    return found;
  };
  const cuts = (canvas) => {
    let count = 0;
    for (let at = 0; at + 1 < axis.edges.length && count < 200; at += 1) {
      if (axis.depth[at] > 0 || axis.place[at + 1] < shownFrom || axis.place[at] > shownTo) continue;
      const left = x(axis.place[at]), right = x(axis.place[at + 1]);
      if (right - left < 3) continue;
      count += 1;
      canvas.append(draw("rect", { class: "cut", x: left, y: TOP - 8, width: right - left, height: HEIGHT }));
      canvas.append(draw("path", { class: "cut-line", d: `M${left} ${TOP - 8}V${HEIGHT}M${right} ${TOP - 8}V${HEIGHT}` }));
    }
  };
  const names = (canvas) => {
    const room = 150;
    const spots = [];
    let next = -Infinity;
    for (let at = 0; at + 1 < axis.edges.length; at += 1) {
      const left = x(axis.place[at]);
      if (axis.depth[at] <= 0 || left < -0.5 || left > width - 60 || left < next) continue;
      spots.push([left, axis.edges[at]]);
      next = left + room;
    }
    const inside = spots.filter(([left]) => left <= width - room + 20);
    if (inside.length < 2) {
      const start = inside.length ? inside[0][0] : 0;
      for (let left = inside.length ? start + room : start; left < width - room + 20; left += room) {
        const spot = shownFrom + (left / width) * (shownTo - shownFrom);
        if (axis.covered(spot)) inside.push([left, axis.toAddress(spot)]);
      }
    }
    canvas.append(draw("path", { class: "axis", d: `M0 ${TOP - 8.5}H${width}` }));
    for (const [left, address] of inside) {
      canvas.append(draw("path", { class: "axis", d: `M${left + 0.5} ${TOP - 16}V${TOP - 8}` }));
      canvas.append(draw("text", { class: "axis-name", x: left + 4, y: 16 }, spelled(address)));
    }
  };
  const strip = (canvas, at, lane, tall) => {
    const left = Math.max(-4, x(axis.toPlace(from[at])));
    const right = Math.min(width + 4, Math.max(x(axis.toPlace(to[at])), left + 3));
    const y = TOP + 8 + lane * tall;
    const shared = overlapsOf(at);
    const faint = matched(at) ? "" : " faint";
    const box = draw("rect", { class: `strip${shared.length ? " shared" : ""}${at === chosen ? " chosen" : ""}${faint}`, x: left, y, width: right - left, height: tall - 4, rx: 3, "data-at": at });
    box.append(draw("title", {}, `${hostOf(at)}, ${kindOf(at)}: ${rangeOf(at)}`));
    canvas.append(box);
    for (const one of shared.slice(0, 20)) {
      const begin = Math.max(left, x(axis.toPlace(Math.max(one.low, from[at]))));
      const end = Math.min(right, x(axis.toPlace(Math.min(one.high + 1, to[at]))));
      if (end - begin > 1) canvas.append(draw("rect", { class: "hatched", x: begin, y, width: end - begin, height: tall - 4, rx: 3 }));
    }
    const letters = Math.floor((right - Math.max(0, left) - 12) / 7.4);
    if (letters > 3) {
      const name = hostOf(at);
      const text = name.length > letters ? `${name.slice(0, letters - 1)}…` : name;
      const word = { class: `strip-name${shared.length ? " shared" : ""}${faint}`, x: Math.max(0, left) + 6 };
      canvas.append(draw("text", { ...word, y: y + (tall > 40 ? 20 : (tall - 4) / 2 + 4) }, text));
      if (tall > 40 && letters > 11) canvas.append(draw("text", { ...word, y: y + 38 }, letters > 42 ? rangeOf(at) : kindOf(at)));
    }
  };
  const singly = (canvas) => {
    const ends = [];
    const lanes = [];
    const ordered = [...visible].sort((a, b) => from[a] - from[b] || to[b] - to[a] || a - b);
    for (const at of ordered) {
      const left = x(axis.toPlace(from[at]));
      let lane = ends.findIndex((end) => end <= left);
      if (lane < 0) lane = ends.length;
      ends[lane] = Math.max(x(axis.toPlace(to[at])), left + 3);
      lanes.push([at, lane]);
    }
    const tall = Math.min(MOST, Math.max(LEAST, Math.floor(ROOM / Math.max(1, ends.length))));
    const fit = Math.floor(ROOM / tall);
    for (const [at, lane] of lanes) if (lane < fit) strip(canvas, at, lane, tall);
    return lanes.filter(([, lane]) => lane >= fit).length;
  };
  const inColumns = (canvas) => {
    const count = Math.max(1, Math.floor(width / BIN));
    const begins = new Float64Array(count + 1);
    const shared = new Uint8Array(count);
    const binOf = (spot) => Math.min(count - 1, Math.max(0, Math.floor((x(spot) / width) * count)));
    for (const at of visible) {
      begins[binOf(axis.toPlace(from[at]))] += 1;
      begins[binOf(axis.toPlace(to[at] - 1)) + 1] -= 1;
    }
    for (let at = 1; at < count; at += 1) begins[at] += begins[at - 1];
    const low = axis.toAddress(shownFrom), high = axis.toAddress(shownTo);
    for (const one of overlaps) {
      if (one.high < low || one.low > high) continue;
      const end = binOf(axis.toPlace(one.high));
      for (let at = binOf(axis.toPlace(one.low)); at <= end; at += 1) shared[at] = 1;
    }
    const most = begins.reduce((a, b) => Math.max(a, b), 1);
    const room = HEIGHT - TOP - 34;
    for (let at = 0; at < count; at += 1) {
      if (begins[at] <= 0) continue;
      const tall = Math.max(3, (Math.log2(1 + begins[at]) / Math.log2(1 + most)) * room);
      const left = (at / count) * width;
      const box = { x: left, y: HEIGHT - 8 - tall, width: width / count - 1, height: tall, "data-from": shownFrom + (at / count) * (shownTo - shownFrom), "data-to": shownFrom + ((at + 1) / count) * (shownTo - shownFrom) };
      canvas.append(draw("rect", { class: shared[at] ? "bin shared" : "bin", ...box }));
      if (shared[at]) canvas.append(draw("rect", { ...box, class: "hatched" }));
    }
    canvas.append(draw("text", { class: "map-words", x: 8, y: TOP + 14 }, `${counted(visible.length, "range")}, too many to draw one by one: columns show how many there are (at most ${most.toLocaleString("en")}), hatched where some are shared. Zoom in to see them.`));
  };
  const marks = (canvas) => {
    const low = axis.toAddress(shownFrom), high = axis.toAddress(shownTo);
    const taken = new Set();
    for (const [address, , twice] of marked) {
      if (address < low || address > high || taken.size >= MARKS) continue;
      const left = x(axis.toPlace(address));
      const slot = Math.round(left / 9);
      if (address < axis.edges[0] || address >= axis.edges[axis.edges.length - 1] || taken.has(slot)) continue;
      taken.add(slot);
      const kind = twice ? " twice" : "";
      canvas.append(draw("path", { class: `mark-line${kind}`, d: `M${left} ${TOP - 8}V${TOP + 4}` }));
      canvas.append(draw("path", { class: `mark${kind}`, d: `M${left - 5} ${TOP - 17}h10l-5 9z` }, draw("title", {}, `${spelled(address)}${twice ? ", worn twice" : ""}`)));
    }
    if (filter.digits.length === 12) {
      const spot = x(axis.toPlace(spanOf(filter.digits)[0]));
      canvas.append(draw("path", { class: "here", d: `M${spot} ${TOP - 8}V${HEIGHT}`, fill: "none" }));
    }
  };
  const render = () => {
    width = Math.max(200, view.clientWidth);
    visible = inView();
    const canvas = draw("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" });
    cuts(canvas);
    names(canvas);
    let beyond = 0;
    if (visible.length <= SINGLY) beyond = singly(canvas); else inColumns(canvas);
    if (beyond) canvas.append(draw("text", { class: "map-words", x: 8, y: HEIGHT - 8 }, `and ${counted(beyond, "more range")} at the same place; the table lists them`));
    marks(canvas);
    view.replaceChildren(canvas);
    list();
    tell();
  };

  /* The same in words --------------------------------------------------------------------------------------- */
  const list = () => {
    const known = visible.filter(matched);
    const named = known.length > LISTED ? [...known.filter((at) => isShared[at]), ...known.filter((at) => !isShared[at])] : known;
    const first = chosen >= 0 && !named.slice(0, LISTED).includes(chosen) && visible.includes(chosen) ? [chosen] : [];
    const rows = [...first, ...named.slice(0, LISTED)].map((at) => {
      const button = make("button", { type: "button", "data-at": at, "aria-label": `Zoom to ${hostOf(at)}, ${rangeOf(at)}` }, make("bdi", {}, hostOf(at)));
      const name = columns.names[columns.name[at]];
      const links = incidentsOf(at).slice(0, 4).flatMap((one) => [data.incidents[one] ? make("a", { href: `#${data.incidents[one].id}` }, data.incidents[one].cause) : "one that is not listed", " "]);
      const range = make("span", { class: "span" }, make("code", { class: "mac" }, spelled(from[at])), " to ", make("code", { class: "mac" }, spelled(to[at] - 1)));
      return make("tr", at === chosen ? { class: "chosen" } : {}, make("th", { scope: "row" }, button), make("td", {}, name && name !== kindOf(at) ? `${kindOf(at)} ${name}` : kindOf(at)), make("td", {}, range), make("td", { class: "number" }, (to[at] - from[at]).toLocaleString("en")), make("td", {}, ...(links.length ? links : ["–"])));
    });
    table.replaceChildren(...rows);
    const more = named.length - LISTED;
    byId("strips-more").textContent = more > 0 ? `and ${counted(more, "more range")}; shared ones stand first, zoom in to list the others` : "";
  };
  const tell = () => {
    const [low, high] = axis.within(shownFrom, shownTo);
    const shared = overlaps.filter((one) => one.low <= high && one.high >= low).length;
    const about = chosen >= 0 ? ` Chosen: ${hostOf(chosen)}, ${kindOf(chosen)}, ${rangeOf(chosen)}, ${counted(to[chosen] - from[chosen], "address")}${overlapsOf(chosen).length ? ", shared" : ""}.` : "";
    const left = [[data.leftOut.strips, "range"], [data.leftOut.overlaps, "overlap"], [data.leftOut.marks, "address mark"]].filter(([count]) => count).map(([count, word]) => counted(count, word));
    byId("map-told").textContent = `${spelled(low)} to ${spelled(high)}: ${counted(visible.length, "range")}, ${counted(shared, "overlap")}.${about}${left.length ? ` Not on this map: ${left.join(", ")}.` : ""}`;
    for (const one of all("[data-map]")) {
      const idle = { back: !past.length, whole: shownFrom === whole[0] && shownTo === whole[1], out: shownFrom === whole[0] && shownTo === whole[1], left: shownFrom <= 0, right: shownTo >= axis.length, overlap: !overlaps.length }[one.dataset.map];
      one.setAttribute("aria-disabled", String(Boolean(idle)));
    }
  };

  /* Moving -------------------------------------------------------------------------------------------------- */
  const least = 1e-3;
  const move = (low, high, { remember = true } = {}) => {
    const span = Math.min(axis.length, Math.max(least, high - low));
    const start = Math.min(axis.length - span, Math.max(0, low));
    if (start === shownFrom && start + span === shownTo) { render(); return; }
    if (remember) past.push([shownFrom, shownTo]);
    if (past.length > 100) past.shift();
    [shownFrom, shownTo] = [start, start + span];
    render();
  };
  const zoom = (factor, around = (shownFrom + shownTo) / 2) => move(around - (around - shownFrom) * factor, around + (shownTo - around) * factor);
  const zoomTo = (low, high) => {
    const begin = axis.toPlace(low), end = axis.toPlace(high);
    const air = Math.max((end - begin) * 0.12, least);
    move(Math.max(0, begin - air), Math.min(axis.length, end + air));
  };
  const choose = (at) => { chosen = at; zoomTo(from[at], to[at]); };
  const back = () => { if (past.length) { [shownFrom, shownTo] = past.pop(); chosen = -1; render(); } };
  const step = (by) => {
    if (!visible.length) return;
    const at = visible.indexOf(chosen);
    chosen = visible[at < 0 ? (by > 0 ? 0 : visible.length - 1) : (at + by + visible.length) % visible.length];
    render();
  };
  let overlapAt = -1;
  const nextOverlap = () => {
    if (!overlaps.length) return;
    overlapAt = (overlapAt + 1) % overlaps.length;
    const { low, high } = overlaps[overlapAt];
    chosen = -1;
    zoomTo(low, high + 1);
  };
  const deeds = {
    in: () => zoom(0.5), out: () => zoom(2), whole: () => { chosen = -1; move(...whole); }, back, overlap: nextOverlap,
    left: () => move(shownFrom - (shownTo - shownFrom) / 4, shownTo - (shownTo - shownFrom) / 4),
    right: () => move(shownFrom + (shownTo - shownFrom) / 4, shownTo + (shownTo - shownFrom) / 4),
  };
  const keys = {
    "+": deeds.in, "=": deeds.in, "-": deeds.out, "_": deeds.out, Home: deeds.whole, Escape: back, Backspace: back,
    ArrowLeft: deeds.left, ArrowRight: deeds.right, ArrowDown: () => step(1), ArrowUp: () => step(-1),
    Enter: () => { if (chosen >= 0) choose(chosen); },
  };

  for (const one of all("[data-map]")) one.addEventListener("click", () => { if (one.getAttribute("aria-disabled") !== "true") deeds[one.dataset.map](); });
  view.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  table.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-at]");
    if (!button) return;
    const at = Number(button.dataset.at);
    choose(at);
    const again = all(`button[data-at="${at}"]`, table)[0];
    if (again) again.focus();
  });
  for (const one of all("[data-show]")) {
    one.addEventListener("click", () => {
      const [low, high] = one.dataset.show.split(" ").map((text) => parseInt(digitsOf(text), 16));
      chosen = -1;
      zoomTo(low, high + 1);
      byId("map").scrollIntoView();
      view.focus({ preventScroll: true });
    });
  }
  view.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const spot = shownFrom + ((event.clientX - view.getBoundingClientRect().left) / width) * (shownTo - shownFrom);
    zoom(event.deltaY < 0 ? 0.8 : 1.25, spot);
  }, { passive: false });
  let held = null;
  view.addEventListener("pointerdown", (event) => {
    if (event.button === 0) held = { x: event.clientX, from: shownFrom, to: shownTo, moved: false, on: event.target.closest("[data-at], [data-from]") };
  });
  window.addEventListener("pointermove", (event) => {
    if (!held) return;
    const by = ((held.x - event.clientX) / width) * (held.to - held.from);
    if (!held.moved && Math.abs(held.x - event.clientX) < 4) return;
    view.classList.add("dragged");
    move(held.from + by, held.to + by, { remember: !held.moved });
    held.moved = true;
  });
  window.addEventListener("pointerup", () => {
    const { moved, on } = held || {};
    held = null;
    view.classList.remove("dragged");
    if (!on || moved) return;
    if (on.dataset.at) choose(Number(on.dataset.at)); else zoom1(on);
  });
  const zoom1 = (on) => {
    const low = Number(on.dataset.from), high = Number(on.dataset.to);
    move(low - (high - low), high + (high - low));
  };
  document.addEventListener("maccord:filtered", render);
  let known = view.clientWidth;
  new ResizeObserver(settled(() => { if (view.clientWidth !== known) { known = view.clientWidth; render(); } }, 60)).observe(view);
  render();
}
