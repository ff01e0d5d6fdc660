//! Any expression as the interval, the work, the address and the message of what recurs.
#![no_main]

#[path = "shared.rs"]
mod shared;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let code = format!(
        "const x = 1, y = [1, 2], z = {{ a: 5, b: () => 7 }}\nconst value = {text}\nsetInterval(() => fetch(value), value)\n\
         setInterval(value, value.a)\nsetInterval(() => value(x), value(1000))\nsetInterval(() => fetch('/api'), {text})\n\
         const socket = new WebSocket(value)\nsocket.onmessage = (e) => {{ if (JSON.parse(e.data).type === value) set(value) }}\n"
    );
    shared::audited(&[("main.tsx", code.as_bytes())]);
});
