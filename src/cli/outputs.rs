//! `--format` and `-o`: which reports to write, and where.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::audit::REPORT;
use crate::error::Error;
use crate::report::{FORMATS, Format};

const FORMAT: &str = "format";
const OUTPUT: &str = "output";

/// One report: a format, and a file unless it goes to stdout.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub format: &'static Format,
    pub file: Option<PathBuf>,
}

/// The reports of a run, in the order of the command line.
#[derive(Debug, Clone)]
pub(super) struct Outputs(pub Vec<Output>);

/// A `--format` as typed: its name, and the file behind the `=` if there is one.
#[derive(Debug, Clone)]
struct Named {
    format: &'static Format,
    file: Option<PathBuf>,
}

/// Pairs files with formats by where they stand on the command line: a file takes the format just
/// before it that has none; when no format stands before it, the first one; when that has a file
/// already, what its extension implies.
fn pair(formats: Vec<(usize, Named)>, files: Vec<(usize, PathBuf)>) -> Outputs {
    let mut slots: Vec<(usize, Output)> =
        formats.into_iter().map(|(at, Named { format, file })| (at, Output { format, file })).collect();
    let named = slots.len();
    for (at, file) in files {
        let nearest = slots.iter().take(named).rposition(|(slot, _)| *slot < at).unwrap_or(0);
        match slots.iter_mut().take(named).nth(nearest) {
            Some((_, output)) if output.file.is_none() => output.file = Some(file),
            _ => slots.extend(implied_by(&file).map(|format| (at, Output { format, file: Some(file) }))),
        }
    }
    if slots.is_empty() {
        slots.extend(FORMATS.first().map(|format| (0, Output { format, file: None })));
    }
    slots.sort_by_key(|(at, _)| *at);
    let outputs = slots.into_iter().map(|(_, output)| output);
    Outputs(
        outputs
            .map(|Output { format, file }| Output { format, file: file.filter(|file| file != "-") })
            .collect(),
    )
}

impl Outputs {
    /// Refuses what would mix two reports into one, or lose one of them.
    fn check(self) -> Result<Self, clap::Error> {
        let Self(outputs) = &self;
        for (at, one) in outputs.iter().enumerate() {
            let Some(other) = outputs.iter().take(at).find(|other| other.file == one.file) else { continue };
            let (one, other) = (one.format.name, other.format.name);
            let (place, file) = match &outputs.get(at).and_then(|output| output.file.as_ref()) {
                None => ("stdout".to_owned(), "FILE".to_owned()),
                Some(file) => (file.display().to_string(), "OTHER-FILE".to_owned()),
            };
            let why = format!(
                "two reports cannot both go to {place}: {other} and {one}\n\n  \
                 tip: give one of them a file of its own: `--format {one}={file}`",
            );
            return Err(clap::Error::raw(ErrorKind::ArgumentConflict, why));
        }
        Ok(self)
    }
}

/// Reads `NAME` or `NAME=FILE`.
#[derive(Debug, Clone)]
struct NamedParser;

impl NamedParser {
    fn names() -> PossibleValuesParser {
        PossibleValuesParser::new(FORMATS.iter().map(|it| PossibleValue::new(it.name).help(it.about)))
    }
}

impl TypedValueParser for NamedParser {
    type Value = Named;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Named, clap::Error> {
        // A file whose name is no text can be given by `-o`.
        let text = value.to_str().unwrap_or_default();
        let (name, file) = match text.split_once('=') {
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        // Its own parser says best what else could have been meant.
        let name = Self::names().parse_ref(command, arg, OsStr::new(name))?;
        if file.as_ref().is_some_and(|file| file.as_os_str().is_empty()) {
            let why = format!(
                "no file behind `{name}=`\n\n  tip: `--format {name}=FILE`, or `--format {name}` for stdout\n"
            );
            return Err(clap::Error::raw(ErrorKind::InvalidValue, why));
        }
        let missing = || clap::Error::raw(ErrorKind::InvalidValue, format!("no format is called {name}\n"));
        Ok(Named { format: Format::find(&name).ok_or_else(missing)?, file })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(FORMATS.iter().map(|it| PossibleValue::new(it.name).help(it.about))))
    }
}

/// What the extension says, or else the first format of the registry.
fn implied_by(file: &Path) -> Option<&'static Format> {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    Format::for_extension(extension).or(FORMATS.first())
}

/// Of formats that are no reports of an audit: the one of that name, or else the one that the extension implies, or
/// else the first. `of`: the name and the extensions of one.
pub(super) fn chosen<'a, T>(
    formats: &'a [T],
    of: impl Fn(&T) -> (&'static str, &'static [&'static str]),
    name: Option<&str>,
    file: Option<&Path>,
) -> Result<&'a T, Error> {
    let extension = file.and_then(Path::extension).unwrap_or_default();
    let implied = |it: &&T| of(it).1.iter().any(|known| extension.eq_ignore_ascii_case(known));
    let found = match name {
        Some(name) => formats.iter().find(|it| of(it).0 == name),
        None => formats.iter().find(implied).or(formats.first()),
    };
    found.ok_or_else(|| Error::Internal(format!("no format {}", name.unwrap_or_default())))
}

/// Writes a file so that whoever looks sees the old one or the whole new one.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    replace(path, bytes).map_err(|source| Error::Io { path: path.to_owned(), source })
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Through a link to the file itself; and a pipe or a device is written to, not replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return fs::write(path, bytes);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".unpoll-");
    // As any new file, not for the owner's eyes alone as a temporary one would be.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    // Or a machine that stops could find the new name with nothing behind it.
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

impl clap::Args for Outputs {
    fn augment_args(command: Command) -> Command {
        command
            .arg(
                Arg::new(FORMAT)
                    .long("format")
                    .short('f')
                    .value_name("FORMAT[=FILE]")
                    .action(ArgAction::Append)
                    .value_parser(NamedParser)
                    .help_heading(REPORT)
                    .help("How to write the report, and where; may be given more than once [default: pretty]")
                    .long_help(
                        "How to write the report, and where [default: pretty]. May be given more than once, \
                         with a file for all but one of them: `--format sarif=unpoll.sarif --format github`.",
                    ),
            )
            .arg(
                Arg::new(OUTPUT)
                    .long("output")
                    .short('o')
                    .value_name("FILE")
                    .action(ArgAction::Append)
                    .value_parser(value_parser!(PathBuf))
                    .help_heading(REPORT)
                    .help("Write the report of the --format before it to FILE")
                    .long_help(
                        "Write the report of the --format before it to FILE instead of stdout. \
                         A FILE without a format gets the one that its extension implies (.json, .md, .sarif, …). \
                         `-` is stdout, which takes one report. Files are replaced in one step.",
                    ),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Outputs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let formats = matches.get_many::<Named>(FORMAT).into_iter().flatten().cloned();
        let files = matches.get_many::<PathBuf>(OUTPUT).into_iter().flatten().cloned();
        pair(with_index(matches, FORMAT, formats), with_index(matches, OUTPUT, files)).check()
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn with_index<T>(matches: &ArgMatches, name: &str, values: impl Iterator<Item = T>) -> Vec<(usize, T)> {
    matches.indices_of(name).into_iter().flatten().zip(values).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Args, FromArgMatches};

    fn outputs(line: &str) -> String {
        let command = Outputs::augment_args(Command::new("unpoll").no_binary_name(true));
        let matches = command.try_get_matches_from(line.split_whitespace()).unwrap();
        let Outputs(outputs) = Outputs::from_arg_matches(&matches).unwrap();
        let said = |output: &Output| {
            let file =
                output.file.as_ref().map_or_else(|| "stdout".into(), |file| file.display().to_string());
            format!("{}>{file}", output.format.name)
        };
        outputs.iter().map(said).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn files_find_their_format() {
        assert_eq!(outputs(""), "pretty>stdout");
        assert_eq!(outputs("-f json"), "json>stdout");
        assert_eq!(outputs("--format pretty --format json -o audit.json"), "pretty>stdout json>audit.json");
        assert_eq!(outputs("-f json -o a.txt -f markdown -o b.txt"), "json>a.txt markdown>b.txt");
        assert_eq!(outputs("-o a.txt -f json"), "json>a.txt");
        assert_eq!(outputs("-f json -o -"), "json>stdout");
    }

    #[test]
    fn a_format_names_its_file() {
        assert_eq!(outputs("-f ndjson=a.log --format github"), "ndjson>a.log github>stdout");
        assert_eq!(outputs("-f json=a=b.json -f gitlab=c -o d.md"), "json>a=b.json gitlab>c markdown>d.md");
        assert_eq!(outputs("-f json=-"), "json>stdout");
    }

    #[test]
    fn reports_do_not_mix_and_names_are_checked() {
        for (line, said) in [
            ("-f pretty -f github", "two reports cannot both go to stdout: pretty and github"),
            ("-f json=a -f compact -o a", "two reports cannot both go to a: json and compact"),
            ("-f json=- -o -", "two reports cannot both go to stdout"),
            ("-f json=", "no file behind `json=`"),
            ("-f jsn=a.json", "json"),
        ] {
            let command = Outputs::augment_args(Command::new("unpoll").no_binary_name(true));
            let matches = command.try_get_matches_from(line.split_whitespace());
            let refused = matches.and_then(|it| Outputs::from_arg_matches(&it)).unwrap_err().to_string();
            assert!(refused.contains(said), "{line}: {refused}");
        }
    }

    #[test]
    fn an_extension_implies_a_format() {
        assert_eq!(outputs("-o audit.json"), "json>audit.json");
        assert_eq!(outputs("-o POLLING.MD"), "markdown>POLLING.MD");
        assert_eq!(outputs("-o audit"), "pretty>audit");
        assert_eq!(outputs("-f pretty -o a.txt -o b.json"), "pretty>a.txt json>b.json");
    }

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.json");
        write_file(&path, b"old").unwrap();
        write_file(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("nowhere/audit.json");
        assert!(matches!(write_file(&nowhere, b""), Err(Error::Io { path, .. }) if path == nowhere));
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("real.md"), folder.path().join("link.md"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_file(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        write_file(Path::new("/dev/null"), b"gone").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
