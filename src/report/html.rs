//! For everybody: one page that stands alone. The head is written here and reads without a script; the
//! findings, the wiring and the timers lie beside it as data, and the page's own script draws them.
//!
//! The page asks nobody for anything, and its policy lets nothing run but the two blocks that it was made
//! with, each named by its hash. So even a mistake in the escaping executes nothing.

mod data;
mod head;

use std::io::{self, Write};

use askama::Template;
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use self::head::Head;
use super::{Format, Options};
use crate::findings::audit::Audit;

pub(super) const FORMAT: Format = Format {
    name: "html",
    about: "one page for everybody: filter, follow the evidence, see the wiring",
    extensions: &["html", "htm"],
    write,
};

const STYLE: &str =
    concat!(include_str!("html/page.css"), include_str!("html/lists.css"), include_str!("html/map.css"));

/// One block, so that the parts share their names and nothing else does.
const SCRIPT: &str = concat!(
    "'use strict';\n(() => {\n",
    include_str!("html/parts.js"),
    include_str!("html/findings.js"),
    include_str!("html/layout.js"),
    include_str!("html/map.js"),
    include_str!("html/timers.js"),
    include_str!("html/main.js"),
    "})();\n"
);

/// The page, as `page.html` wants it.
#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    policy: String,
    style: &'a str,
    script: &'a str,
    data: String,
    head: Head,
}

fn write(audit: &Audit, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    // Browsers hash what they have parsed, and that holds no carriage returns.
    let (style, script) = (STYLE.replace('\r', ""), SCRIPT.replace('\r', ""));
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(&style),
        hash(&script)
    );
    let page =
        Page { policy, style: &style, script: &script, data: data::json(audit)?, head: Head::of(audit) };
    page.write_into(out)?;
    writeln!(out)
}

/// The name of an inline block in a content security policy.
fn hash(block: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(block.as_bytes())))
}

#[cfg(test)]
mod tests;
