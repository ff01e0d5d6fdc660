// Lays the wiring out in columns, from the code that sends to the code that hears. Pure: boxes and arrows in,
// places out.

const COLUMN = { emitter: 1, message: 2, route: 3, handler: 4 };
const TITLES = ["", "Sent by", "Message", "Told apart by", "Heard by", ""];
const GAP = { box: 14, area: 34, column: 76 };
const SWEEPS = 12;

/** The column of each box. What is missing stands where it would have to be. */
function columnsOf(nodes, edges) {
  const columns = new Map(nodes.map((it) => [it.id, COLUMN[it.kind]]));
  for (const { id, kind } of nodes) {
    if (kind !== "missing") continue;
    const before = edges.find((it) => it.to === id);
    const after = edges.find((it) => it.from === id);
    columns.set(id, before ? columns.get(before.from) + 1 : columns.get(after?.to) - 1);
  }
  return columns;
}

/**
 * Places the boxes, which come with width and height. Gives them `x` and `y`, the titles of the columns with
 * their `x`, and the size of it all.
 */
function layOut(nodes, edges) {
  const columnOf = columnsOf(nodes, edges);
  const byNode = new Map(nodes.map((it) => [it.id, it]));
  const neighbours = new Map(nodes.map((it) => [it.id, { before: [], after: [] }]));
  for (const { from, to } of edges) {
    neighbours.get(from).after.push(byNode.get(to));
    neighbours.get(to).before.push(byNode.get(from));
  }
  const columns = TITLES.map((title, at) => ({ title, nodes: nodes.filter((it) => columnOf.get(it.id) === at) }))
    .filter((it) => it.nodes.length > 0);

  columns.forEach((column) => stack(column.nodes));
  // There and back again: each column follows the one that was placed before it.
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forth = sweep % 2 === 0;
    const reorder = sweep < SWEEPS - 4;
    const side = forth ? "before" : "after";
    for (const column of forth ? columns : columns.toReversed()) {
      const wish = (node) => {
        const near = neighbours.get(node.id)[side];
        return near.length > 0 ? mean(near.map(middle)) : middle(node);
      };
      const wishes = new Map(column.nodes.map((it) => [it, wish(it)]));
      if (reorder) sortBy(column.nodes, wishes);
      settle(column.nodes, wishes);
    }
  }

  let x = 0;
  for (const column of columns) {
    column.x = x;
    column.width = Math.max(...column.nodes.map((it) => it.width));
    for (const node of column.nodes) {
      node.x = x;
      node.width = column.width;
    }
    x += column.width + GAP.column;
  }
  const top = Math.min(...nodes.map((it) => it.y));
  for (const node of nodes) node.y -= top;
  return { columns, width: x - GAP.column, height: Math.max(...nodes.map((it) => it.y + it.height)) };
}

const mean = (numbers) => numbers.reduce((sum, it) => sum + it, 0) / numbers.length;
const middle = (node) => node.y + node.height / 2;

/** The room that a box needs above it: message types of another area have its name there. */
const gap = (above, node) => (above && above.area === node.area ? GAP.box : GAP.area);

function stack(nodes) {
  let y = 0;
  nodes.forEach((node, at) => {
    y += gap(nodes[at - 1], node);
    node.y = y;
    y += node.height;
  });
}

/** Sorts boxes by where they want to be; those of one area stay together. */
function sortBy(nodes, wishes) {
  const areas = groups(nodes, (it) => it.area);
  const wishOf = new Map([...areas].map(([area, all]) => [area, mean(all.map((it) => wishes.get(it)))]));
  // Only message types have an area.
  const group = (node) => (node.area ? wishOf.get(node.area) : wishes.get(node));
  nodes.sort((a, b) => group(a) - group(b) || (a.area < b.area ? -1 : a.area > b.area ? 1 : wishes.get(a) - wishes.get(b)));
}

/**
 * Moves boxes as near as they can get to where they want to be, in their order and without touching. Boxes that
 * would overlap become a block that stands at the mean of their wishes (least squares, pool adjacent violators).
 */
function settle(nodes, wishes) {
  let offset = 0;
  const blocks = [];
  nodes.forEach((node, at) => {
    offset += gap(nodes[at - 1], node);
    let block = { nodes: [{ node, offset }], sum: wishes.get(node) - node.height / 2 - offset };
    offset += node.height;
    while (blocks.length > 0 && level(blocks.at(-1)) >= level(block)) {
      const above = blocks.pop();
      block = { nodes: above.nodes.concat(block.nodes), sum: above.sum + block.sum };
    }
    blocks.push(block);
  });
  for (const block of blocks) for (const { node, offset } of block.nodes) node.y = level(block) + offset;
}

const level = (block) => block.sum / block.nodes.length;

/** Gives each arrow its ends: `x1, y1, x2, y2`. Arrows at one side of a box stand apart, in the order of their other ends. */
function routeArrows(nodes, edges) {
  const byNode = new Map(nodes.map((it) => [it.id, it]));
  const ends = (side, other, set) => {
    for (const [id, group] of groups(edges, (it) => it[side])) {
      const node = byNode.get(id);
      group.sort((a, b) => middle(byNode.get(a[other])) - middle(byNode.get(b[other])));
      const apart = Math.min(10, (node.height - 14) / group.length);
      group.forEach((edge, index) => set(edge, node, middle(node) + apart * (index - (group.length - 1) / 2)));
    }
  };
  ends("from", "to", (edge, node, y) => Object.assign(edge, { x1: node.x + node.width, y1: y }));
  ends("to", "from", (edge, node, y) => Object.assign(edge, { x2: node.x, y2: y }));
}
