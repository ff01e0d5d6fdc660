// Writes the repositories that `check.mjs` looks at and that nobody wants to keep: one with 5,000 findings, and
// one whose names and source lines try to break out of the page.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const [folder] = process.argv.slice(2);

function write(file, text) {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

const AREAS = ["orders", "invoices", "shipments", "customers", "products", "returns", "carriers", "payments", "alerts", "reports"];
const FILES = 500;
const POLLS = 10;

for (let file = 0; file < FILES; file++) {
  const area = AREAS[file % AREAS.length];
  const hooks = Array.from({ length: POLLS }, (_, at) => `
export function use${area}${file}Part${at}(id: string) {
  const [data, setData] = useState<unknown>();
  useEffect(() => {
    const load = () => fetch(\`/api/${area}/${file}/${at}/\${id}\`).then((it) => it.json()).then(setData);
    const timer = setInterval(load, ${(at % 5) * 20_000 + 5_000});
    return () => clearInterval(timer);
  }, [id]);
  return data;
}
`);
  const uses = Array.from({ length: POLLS }, (_, at) => `  use${area}${file}Part${at}("a");`);
  write(`large/src/app/${area}/part${file}/page.tsx`,
    `import { useEffect, useState } from "react";\n${hooks.join("")}\nexport default function Page() {\n${uses.join("\n")}\n  return null;\n}\n`);
}
write("large/package.json", '{ "name": "large", "dependencies": { "react": "19.0.0" } }\n');

const ATTACK = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>";
const MESSAGE = `order</script><img src=x onerror="window.pwned=1">`;

const page = (name) => `import { useEffect } from "react";
import { socket } from "./socket";
export default function ${name}() {
  useEffect(() => {
    const id = setInterval(() => fetch("/api/${ATTACK}"), 5_000); // ${ATTACK} \u202e <!--
    return () => clearInterval(id);
  }, []);
  useEffect(() => {
    socket.on(${JSON.stringify(MESSAGE)}, (it) => console.log(it));
  }, []);
  return null;
}
`;
const socket = `import { io } from "socket.io-client";
export const socket = io("https://outside.example/");
socket.emit("javascript:window.pwned=1", {});
socket.emit("__proto__", {});
`;
write("hostile/package.json", '{ "name": "hostile", "dependencies": { "react": "19.0.0", "socket.io-client": "4.8.0" } }\n');
// Slashes of the attack become folders, so that the whole path spells it.
write(`hostile/src/app/${ATTACK}/page.tsx`, page("Orders"));
write(`hostile/src/app/${ATTACK}/socket.ts`, socket);
write("hostile/src/app/[`onload=window.pwned=1`]/page.tsx", page("Invoices"));
write("hostile/src/app/[`onload=window.pwned=1`]/socket.ts", socket);
write("hostile/server/hub.js", `const { Server } = require("socket.io");
const server = new Server(3000);
server.on("connection", (socket) => {
  socket.on("__proto__", () => console.log("<svg onload=window.pwned=1>"));
  socket.emit(${JSON.stringify(MESSAGE)}, { at: 1 });
});
`);
