//! The words allowed in fields of a record with a fixed vocabulary.
//!
//! Pure. Start at [`Vocabulary`]. Follows `docs/spec/record.md`.

use strum::{EnumMessage, VariantArray};

/// A vocabulary: each value with its word in files, in the order of the documentation; the meaning of a word is the
/// doc comment of its value.
pub trait Vocabulary:
    Copy + PartialEq + VariantArray + EnumMessage + Into<&'static str> + 'static
{
    /// Returns the value of a word, compared exactly.
    fn from_word(word: &str) -> Option<Self> {
        let mut values = Self::VARIANTS.iter().copied();
        values.find(|value| value.as_str() == word)
    }

    /// Returns the words.
    fn words() -> Vec<&'static str> {
        Self::VARIANTS.iter().map(|value| value.as_str()).collect()
    }

    /// Returns why a text is refused, if there is more to say than that it is not in the vocabulary.
    fn refusal(_text: &str) -> Option<String> {
        None
    }

    /// Returns the word of a value.
    fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the meaning of a value, as a part of a sentence.
    fn meaning(self) -> String {
        let doc = self.get_documentation().unwrap_or_default();
        let mut letters = doc.trim_end_matches('.').chars();
        let first = letters.next().map(|first| first.to_ascii_lowercase());
        first.into_iter().chain(letters).collect()
    }
}

/// Declares a vocabulary: in files, the word of a value is its name in lower case, with `-`, or in the case after
/// `written`. `called "…"` is the name of the vocabulary in the error for a text such as `technical error`, which it then
/// refuses with its own message. An `impl` block replaces methods of [`Vocabulary`].
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident $( called $called:literal )? {
            $( $(#[$variant_meta:meta])* $variant:ident ),+ $(,)?
        }
        $( impl { $( $method:item )+ } )?
    ) => {
        words! {
            $(#[$meta])*
            pub enum $name $( called $called )? written "kebab-case" {
                $( $(#[$variant_meta])* $variant ),+
            }
            $( impl { $( $method )+ } )?
        }
    };
    (
        $(#[$meta:meta])*
        pub enum $name:ident $( called $called:literal )? written $case:literal {
            $( $(#[$variant_meta:meta])* $variant:ident ),+ $(,)?
        }
        $( impl { $( $method:item )+ } )?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[derive(strum::VariantArray, strum::IntoStaticStr, strum::EnumMessage)]
        #[serde(rename_all = $case)]
        #[strum(serialize_all = $case)]
        pub enum $name {
            $( $(#[$variant_meta])* $variant ),+
        }

        impl $name {
            /// All values, in the order of the documentation.
            pub const ALL: &'static [$name] = <$name as strum::VariantArray>::VARIANTS;

            /// Returns the word of the value.
            pub fn as_str(self) -> &'static str {
                self.into()
            }
        }

        impl $crate::record::vocabulary::Vocabulary for $name {
            $(
                fn refusal(text: &str) -> Option<String> {
                    $crate::record::parse_error::technical_error(text, $called)
                }
            )?
            $( $( $method )+ )?
        }
    };
}

pub(crate) use words;

words! {
    /// The kind of exception.
    pub enum Class called "class" {
        /// The usual case.
        Standard,
        /// May take effect before it is approved, for some hours; reviewed afterwards.
        Emergency,
        /// Needs approval by compliance, too.
        Regulated,
        /// A vendor's; states the vendor and its onboarding record.
        ThirdParty,
    }
}

words! {
    /// The kind of baseline that a record deviates from.
    pub enum Baseline {
        /// Use of a token.
        TokenUse,
        /// Rotation of a credential.
        CredentialRotation,
        /// Storage of a secret.
        SecretStorage,
        /// A certificate.
        Certificate,
        /// Use of a tool by an agent.
        ToolInvocation,
        /// More privileges than the role has.
        PrivilegeElevation,
        /// A policy that is not met.
        PolicyViolation,
        /// A vulnerability that is not fixed yet.
        Vulnerability,
        /// A setting that differs from the baseline.
        Configuration,
        /// A change outside its window.
        ChangeWindow,
        /// A finding that was suppressed before the ledger was kept.
        Adopted,
    }
}

words! {
    /// The type of an identity.
    pub enum IdentityType {
        /// A service account.
        ServiceAccount,
        /// An API key.
        ApiKey,
        /// A certificate used to authenticate.
        Certificate,
        /// An application with delegated access (OAuth).
        OauthApp,
        /// A workload identity.
        Workload,
        /// An AI agent.
        AiAgent,
        /// A person.
        Human,
    }
}

words! {
    /// A level of risk or severity, lowest first.
    pub enum Risk {
        /// Minor harm at most.
        Low,
        /// Limited harm is possible.
        Moderate,
        /// Severe harm is possible.
        High,
        /// Harm that can't be accepted is possible.
        Critical,
    }
}

words! {
    /// The root cause of the deviation.
    pub enum RootCause called "root cause" {
        /// The data that a rule evaluates is wrong.
        BadSourceData,
        /// Approvers lacked the information to decide.
        MissingApprovalContext,
        /// It was lost in a handover between teams.
        HandoffFailure,
        /// Nobody knew who was responsible.
        UnclearOwnership,
        /// It was not done in time.
        Timeout,
        /// Two rules contradict each other.
        PolicyConflict,
        /// A dependency can't be changed yet.
        BrittleDependency,
        /// The role lacks a tool that it needs.
        ToolAccess,
        /// The scanner is wrong about this text or version.
        FalsePositive,
        /// Not known yet.
        Unclassified,
    }
}

impl RootCause {
    /// Tells whether a record of this cause dismisses an alarm: it is fixed in the rule or the data.
    pub fn is_dismissal(self) -> bool {
        matches!(self, RootCause::BadSourceData | RootCause::FalsePositive)
    }
}

words! {
    /// What the fix changes.
    pub enum FixTarget {
        /// The policy.
        Policy,
        /// Permissions.
        Entitlement,
        /// The automation.
        Automation,
        /// The data.
        Data,
        /// The process.
        Process,
    }
}

words! {
    /// The status of a compensating control.
    pub enum ControlStatus {
        /// Not in place yet.
        Planned,
        /// In place.
        Active,
        /// No longer in place.
        Withdrawn,
    }
}

words! {
    /// What happens when a trigger fires.
    pub enum Then {
        /// The exception ends and is closed.
        Close,
        /// It must be reviewed.
        Review,
        /// It grants nothing from then on.
        Revoke,
    }
}

words! {
    /// The outcome of a review.
    pub enum ReviewOutcome {
        /// It stays as it is.
        StillNeeded,
        /// It is narrowed.
        Reduce,
        /// It is closed.
        Close,
    }
}

words! {
    /// A stage in handling the exception.
    pub enum Stage {
        /// First assessment.
        Triage,
        /// Finding the cause.
        Investigation,
        /// Fixing it.
        Remediation,
    }
}

words! {
    /// How the exception was closed.
    pub enum ClosureOutcome {
        /// The deviation has been fixed.
        Remediated,
        /// It was revoked.
        Revoked,
        /// Another record replaces it.
        Superseded,
        /// It was not needed.
        Withdrawn,
        /// The request was rejected.
        Rejected,
    }
}

words! {
    /// The outcome of a review after closure.
    pub enum PostReviewOutcome {
        /// It stayed closed.
        Effective,
        /// The deviation came back.
        Recurred,
        /// The fix did not work.
        NotEffective,
    }
}

/// Returns the word of a vocabulary that a key has most often.
pub(super) fn usual(key: &str, words: &[&str]) -> String {
    let usual = match key {
        "class" => "standard",
        "level" => "moderate",
        "root_cause" => "brittle-dependency",
        "status" => "planned",
        "then" => "close",
        "unmatched" => "deny",
        _ => "",
    };
    let found = words.iter().find(|word| **word == usual).or(words.first());
    found.map_or_else(String::new, |word| (*word).to_owned())
}
