//! One file per format; an audit in, text out.
