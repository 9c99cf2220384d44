/* The axis of the map: addresses are rare, so what no range covers is cut out, and a range of 2^n addresses is about n long. */
const axisOf = ({ first, size }) => {
  const count = first.length;
  const from = new Float64Array(count);
  const to = new Float64Array(count);
  for (let at = 0, low = 0; at < count; at += 1) {
    low += first[at];
    from[at] = low;
    to[at] = low + size[at];
  }
  const edges = Float64Array.from(new Set([...from, ...to])).sort();
  const index = (value) => {
    let low = 0;
    let high = edges.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (edges[middle] <= value) low = middle; else high = middle - 1;
    }
    return low;
  };
  const depth = new Int32Array(edges.length);
  for (let at = 0; at < count; at += 1) { depth[index(from[at])] += 1; depth[index(to[at])] -= 1; }
  for (let at = 1; at < depth.length; at += 1) depth[at] += depth[at - 1];
  const place = new Float64Array(edges.length);
  for (let at = 1; at < edges.length; at += 1) {
    const length = edges[at] - edges[at - 1];
    place[at] = place[at - 1] + (depth[at - 1] > 0 ? 1 + Math.log2(length) / 2 : 0.7);
  }
  const last = edges.length - 1;
  const toPlace = (value) => {
    const at = Math.min(index(value), last - 1);
    const share = (value - edges[at]) / (edges[at + 1] - edges[at]);
    return place[at] + Math.min(1, Math.max(0, share)) * (place[at + 1] - place[at]);
  };
  const pieceAt = (spot) => {
    let low = 0;
    let high = last - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (place[middle] <= spot) low = middle; else high = middle - 1;
    }
    return low;
  };
  const covered = (spot) => depth[pieceAt(spot)] > 0;
  const toAddress = (spot) => {
    const low = pieceAt(spot);
    const share = (spot - place[low]) / (place[low + 1] - place[low]);
    return Math.round(edges[low] + Math.min(1, Math.max(0, share)) * (edges[low + 1] - edges[low]));
  };
  /* The first and last address in a window that some range covers. */
  const within = (start, end) => {
    const low = covered(start) ? toAddress(start) : edges[pieceAt(start) + 1];
    const high = covered(end) ? toAddress(end) : edges[pieceAt(end)];
    return [low, Math.max(low, high - 1)];
  };
  return { covered, within, from, to, edges, depth, place, toPlace, toAddress, length: place[last], count };
};
