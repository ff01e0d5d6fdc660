//! What the areas of an audit amount to.

use crate::findings::audit::{Area, AreaPolling};
use crate::vocabulary::Severity;

/// How far an area is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Done,
    Attention,
    Blocked,
}

impl Status {
    pub(super) fn of(area: &Area) -> Self {
        match (area.polling, area.worst) {
            (AreaPolling::Active, Some(Severity::Critical)) => Self::Blocked,
            (AreaPolling::None | AreaPolling::Accepted, None) if area.unknown == 0 => Self::Done,
            _ => Self::Attention,
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Attention => "attention",
            Self::Blocked => "blocked",
        }
    }

    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Done => "✅",
            Self::Attention => "⚠️",
            Self::Blocked => "🔴",
        }
    }
}

pub(super) const fn polling(polling: AreaPolling) -> &'static str {
    match polling {
        AreaPolling::None => "none",
        AreaPolling::Accepted => "accepted",
        AreaPolling::Dormant => "dormant",
        AreaPolling::Active => "active",
    }
}
