//! The words of the audit: the closed sets of answers that every room shares.
//!
//! They are spelled the same in code, in JSON, in messages and in the docs; the kebab-case
//! spelling of a variant is its public name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares a closed set of answers whose public names are listed once.
macro_rules! vocabulary {
    ($(#[$outer:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$outer])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        pub enum $name { $($(#[$inner])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every answer of this set, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The public spelling: what JSON, messages and the docs say.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.as_str())
            }
        }
    };
}

vocabulary! {
    /// Work that one question of the audit may do; the spelling is the key of the config that sets it.
    Limit {
        /// Calls in a row.
        Chain = "chain",
        /// Functions that are walked through.
        Functions = "functions",
        /// Expressions that are read in these functions.
        Expressions = "expressions",
        /// Steps from names to values.
        Steps = "steps",
        /// Places that are visited: callers, readers, mounts, uses of a name.
        Places = "places",
    }
}

vocabulary! {
    /// How a timer recurs.
    Kind {
        /// A repeating timer of the platform or of a library that mimics it.
        SetInterval = "set-interval",
        /// A function that schedules itself again through a one-shot timer.
        RecursiveTimeout = "recursive-timeout",
        /// A loop with an awaited delay.
        SleepLoop = "sleep-loop",
        /// The interval option of a data library.
        QueryOption = "query-option",
        /// A call of a hook or function that repeats the callback it is given.
        IntervalHook = "interval-hook",
        /// A place that hands an interval to the repository's own function, hook or component.
        IntervalParam = "interval-param",
        /// A repeating RxJS source.
        Rxjs = "rxjs",
        /// A `requestAnimationFrame` loop.
        Raf = "raf",
        /// A schedule of a server-side task.
        Cron = "cron",
    }
}

vocabulary! {
    /// What the repeated work of a timer does.
    Verdict {
        /// It sends a request for data, itself or through what it calls.
        NetworkPoll = "network-poll",
        /// It reads local connection or channel state instead of subscribing to its change.
        StatusPoll = "status-poll",
        /// It keeps an open channel, lock or session alive.
        Heartbeat = "heartbeat",
        /// It sweeps caches, flushes logs or telemetry, resets rate limits.
        Housekeeping = "housekeeping",
        /// It drives a clock, a countdown, an animation, a debounce, or waits for the DOM.
        UiTimer = "ui-timer",
        /// It backs off and tries one operation again.
        Retry = "retry",
        /// Its interval is literally `false`, `0` or `undefined`.
        Disabled = "disabled",
        /// It is a wrapper whose work its callers supply.
        Definition = "definition",
        /// It stands in test, story, mock or example code.
        Test = "test",
        /// The repeated work could not be seen; the chain ends where sight was lost.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// The switch in front of a timer.
    Gate {
        /// It runs whenever the code that holds it runs.
        Always = "always",
        /// Some runtime condition starts it, stops it or skips its work.
        Conditional = "conditional",
        /// A switch whose default is off.
        OffByDefault = "off-by-default",
        /// Every caller turns it off.
        OffAtAllCallers = "off-at-all-callers",
    }
}

vocabulary! {
    /// Where the code runs.
    Side {
        /// Browser, desktop shell or mobile app.
        Client = "client",
        /// A started server, worker or command-line tool.
        Server = "server",
    }
}

vocabulary! {
    /// How sure a verdict is.
    Confidence {
        /// Every step of the chain was seen.
        Certain = "certain",
        /// One step rests on a library fact or on a name.
        Likely = "likely",
        /// Sight was lost, but what was seen points this way.
        Possible = "possible",
    }
}

vocabulary! {
    /// How much a finding matters.
    Severity {
        /// Shown for completeness.
        Info = "info",
        /// Left over, dormant or slow.
        Warning = "warning",
        /// Stands in the way of the migration.
        Critical = "critical",
    }
}

vocabulary! {
    /// The least severe finding that makes the exit code 1.
    #[derive(Default)]
    FailOn {
        /// Critical findings.
        #[default]
        Critical = "critical",
        /// Warnings, and critical findings.
        Warning = "warning",
        /// Any finding.
        Info = "info",
        /// Nothing: report, and exit with 0.
        Never = "never",
    }
}

vocabulary! {
    /// What an audit is compared with.
    ComparedWith {
        /// The findings that the team took as known.
        Baseline = "baseline",
        /// The commit where the branch began.
        Commit = "commit",
    }
}

vocabulary! {
    /// What a finding is to the team that sees it.
    FindingStatus {
        /// Not seen before.
        New = "new",
        /// Listed in the baseline.
        Baseline = "baseline",
        /// Silenced by a comment.
        Suppressed = "suppressed",
    }
}

vocabulary! {
    /// Whether a timer is stopped when its owner goes away.
    Cleared {
        /// Stopped on cleanup, unmount, stop, or by itself.
        Yes = "yes",
        /// Nothing stops it.
        No = "no",
        /// The library or the loop ends it: there is no handle to keep.
        NotNeeded = "not-needed",
    }
}

vocabulary! {
    /// Whether a React context reaches anybody.
    ProviderVerdict {
        /// A provider is mounted and something reads the context.
        Ok = "ok",
        /// A provider component exists and is never rendered.
        NeverMounted = "never-mounted",
        /// Nothing reads the context.
        NoConsumers = "no-consumers",
        /// Something reads it, and no provider exists anywhere.
        DefaultValueUsed = "default-value-used",
    }
}

vocabulary! {
    /// Whether a message type gets from the code that emits it to code that shows it, or where its
    /// line is cut.
    MessageVerdict {
        /// Emitted, routed and handed to code that runs.
        Wired = "wired",
        /// Routed, but nobody supplies the code that it should reach.
        NoSubscriber = "no-subscriber",
        /// Handlers for it exist, but nothing tells it apart from other messages.
        Unrouted = "unrouted",
        /// Routed, but nothing in the audited backends emits it.
        NeverEmitted = "never-emitted",
        /// The function that emits it is never called.
        EmitDead = "emit-dead",
        /// Emitted, and nothing handles it.
        EmittedUnhandled = "emitted-unhandled",
        /// Handled by log calls and nothing else.
        LogOnly = "log-only",
        /// Declared, and neither emitted nor handled.
        DeclaredOnly = "declared-only",
    }
}

vocabulary! {
    /// What the timers of an area amount to.
    AreaPolling {
        /// No recurring work.
        None = "none",
        /// Only acceptable timers.
        Accepted = "accepted",
        /// Polling code that is switched off or not live.
        Dormant = "dormant",
        /// It polls.
        Active = "active",
    }
}

vocabulary! {
    /// How far the push messages of an area get.
    AreaPush {
        /// There are none.
        None = "none",
        /// All of them reach code that runs.
        Connected = "connected",
        /// Some of them do.
        Partial = "partial",
        /// None of them does.
        NotConnected = "not-connected",
    }
}

vocabulary! {
    /// Whether the backend sends the push messages of an area.
    AreaBackend {
        /// All of them, by code that runs.
        Broadcasts = "broadcasts",
        /// Some of them.
        Partial = "partial",
        /// None of them.
        None = "none",
        /// What could send them is not among the audited code, or not all of it could be seen.
        Unknown = "unknown",
    }
}

vocabulary! {
    /// How far an area is on its way from polling to push.
    AreaStatus {
        /// Nothing is wrong, and no timer was left unjudged.
        Done = "done",
        /// Something is left over, cut or unjudged.
        Attention = "attention",
        /// A critical finding stands in the way.
        Blocked = "blocked",
    }
}
