//! The maps of a record: each field is declared once, as an entry of `map!`.
//!
//! Pure. Start at [`MapSpec`]. All code that reads, writes or asks for fields walks [`MapSpec::FIELDS`], so that a new
//! field is one entry. Follows `docs/spec/record.md` (required and optional, values, nothing there).

use crate::record::fields::Fields;
use crate::record::reader::Read;
use crate::record::scalar::Scalar;
use crate::record::spec::{FieldSpec, ValueShape};
use std::collections::BTreeMap;

/// A map of the format.
pub trait MapSpec: Read {
    /// Its fields, in the order of the documentation.
    const FIELDS: &'static [FieldSpec];

    /// Whether `{}` is a meaningful value here; otherwise it counts as absent.
    const IS_STATED: bool = false;

    /// Whether it is written inline, on one line in brackets.
    const IS_INLINE: bool = false;

    /// Notes errors between the keys; `None` if no value remains.
    fn check(_map: &mut Fields<'_, '_>) -> Option<()> {
        Some(())
    }

    /// Returns the free-text fields, each with its key, in the order of the documentation.
    fn texts(&self) -> Vec<(&'static str, &str)>;
}

/// A type whose values have a shape.
pub trait Shaped {
    /// The shape.
    const SHAPE: ValueShape;

    /// Returns the value if it is free text.
    fn free_text(&self) -> Option<&str> {
        None
    }
}

impl<T: Scalar> Shaped for T {
    const SHAPE: ValueShape = T::SHAPE;

    fn free_text(&self) -> Option<&str> {
        self.as_free_text()
    }
}

impl<T: Shaped> Shaped for Vec<T> {
    const SHAPE: ValueShape = ValueShape::List(&T::SHAPE);
}

impl<T> Shaped for BTreeMap<String, T> {
    const SHAPE: ValueShape = ValueShape::Free;
}

/// Tells whether a value is the default of an absent field; such a field is not written.
pub(crate) fn is_absent<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Declares a map of the format: a struct with its reader and its [`MapSpec`].
///
/// ```text
/// map! {
///     /// The accountable person.
///     pub struct Owner {
///         /// The team.
///         optional team: String; ask { flag: "--owner-team", label: "Team", prompt: "Which team is the owner in?" },
///     }
/// }
/// ```
///
/// A field is `required`, `optional`, `boxed` (optional and rarely used) or a `list` (or map) that may be empty. Its
/// type may be followed by `= form` (the parser of its text) and `as { attributes }`, then by `; read (function)` (the
/// reader of its node), `; group (heading)` of its flags, `; ask { … }` with the fields of an
/// [`Ask`](crate::record::spec::Ask), and `; issue { … }` with those of an
/// [`IssueField`](crate::record::spec::IssueField). The struct's name may be followed by `(stated)` if `{}` is
/// meaningful, `(inline)`, and `(check function)` for checks between keys.
macro_rules! map {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $( ( $( $option:ident $( $argument:path )? ),+ ) )? {
            $(
                $(#[doc = $doc:literal])+
                $need:ident $field:ident : $type:ty
                    $( = $form:path )? $( as { $( $attribute:tt )* } )? $( ; $clause:ident $body:tt )*
            ),+ $(,)?
        }
    ) => {
        map!(@struct { $(#[$meta])* $name } []
            $( [ $(#[doc = $doc])+ $( $( $attribute )* )? ] $need $field [ $type ] )+
        );

        impl $crate::record::map::MapSpec for $name {
            const FIELDS: &'static [$crate::record::spec::FieldSpec] = &[
                $(
                    $crate::record::spec::FieldSpec {
                        key: stringify!($field),
                        doc: concat!($( $doc ),+),
                        is_required: map!(@is_required $need),
                        shape: <$type as $crate::record::map::Shaped>::SHAPE,
                        group: map!(@group $( $clause $body )*),
                        ask: map!(@ask $( $clause $body )*),
                        issue: map!(@issue $( $clause $body )*),
                    },
                )+
            ];

            $( $( map!(@option $option $( $argument )?); )+ )?

            fn texts(&self) -> Vec<(&'static str, &str)> {
                let texts = [ $( (stringify!($field), map!(@text $need self.$field)) ),+ ].into_iter();
                texts.filter_map(|(key, text)| Some((key, text?))).collect()
            }
        }

        impl $crate::record::map::Shaped for $name {
            const SHAPE: $crate::record::spec::ValueShape = $crate::record::spec::ValueShape::Map {
                fields: <$name as $crate::record::map::MapSpec>::FIELDS,
                is_stated: <$name as $crate::record::map::MapSpec>::IS_STATED,
                is_inline: <$name as $crate::record::map::MapSpec>::IS_INLINE,
            };
        }

        impl $crate::record::reader::Read for $name {
            const IS_STATED_EMPTY: bool = <$name as $crate::record::map::MapSpec>::IS_STATED;

            fn read<'n>(
                node: &'n $crate::yaml::node::Node,
                at: &mut $crate::record::reader::NodeReader<'n>,
            ) -> Option<$name> {
                at.map(node, |map| {
                    // All keys are read before the first `?`, so that no error hides another.
                    $( let $field = map!(@read $need map $field [ $( $form )? ] $( $clause $body )*); )+
                    <$name as $crate::record::map::MapSpec>::check(map)?;
                    Some($name { $( $field: $field? ),+ })
                })
            }
        }
    };

    (@struct { $(#[$meta:meta])* $name:ident } [ $( $done:tt )* ]) => {
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields)]
        $(#[$meta])*
        pub struct $name { $( $done )* }
    };
    (@struct $head:tt [ $( $done:tt )* ]
        [ $( $attribute:tt )* ] required $field:ident [ $type:ty ] $( $rest:tt )*) => {
        map!(@struct $head [ $( $done )* $( $attribute )* pub $field: $type, ] $( $rest )*);
    };
    (@struct $head:tt [ $( $done:tt )* ]
        [ $( $attribute:tt )* ] optional $field:ident [ $type:ty ] $( $rest:tt )*) => {
        map!(@struct $head [ $( $done )*
            #[serde(default, skip_serializing_if = "Option::is_none")] $( $attribute )* pub $field: Option<$type>,
        ] $( $rest )*);
    };
    (@struct $head:tt [ $( $done:tt )* ]
        [ $( $attribute:tt )* ] boxed $field:ident [ $type:ty ] $( $rest:tt )*) => {
        map!(@struct $head [ $( $done )*
            #[serde(default, skip_serializing_if = "Option::is_none")] $( $attribute )* pub $field: Option<Box<$type>>,
        ] $( $rest )*);
    };
    (@struct $head:tt [ $( $done:tt )* ]
        [ $( $attribute:tt )* ] list $field:ident [ $type:ty ] $( $rest:tt )*) => {
        map!(@struct $head [ $( $done )*
            #[serde(default, skip_serializing_if = "crate::record::map::is_absent")] $( $attribute )* pub $field: $type,
        ] $( $rest )*);
    };

    (@option stated) => {
        const IS_STATED: bool = true;
    };
    (@option inline) => {
        const IS_INLINE: bool = true;
    };
    (@option check $function:path) => {
        fn check(map: &mut $crate::record::fields::Fields<'_, '_>) -> Option<()> {
            $function(map)
        }
    };

    (@is_required required) => { true };
    (@is_required $need:ident) => { false };

    (@group) => { "" };
    (@group group ($group:expr) $( $rest:tt )*) => { $group };
    (@group $clause:ident $body:tt $( $rest:tt )*) => { map!(@group $( $rest )*) };

    (@ask) => { None };
    (@ask ask { $( $key:ident : $value:expr ),+ $(,)? } $( $rest:tt )*) => {
        Some($crate::record::spec::Ask { $( $key: $value, )+ ..$crate::record::spec::Ask::NONE })
    };
    (@ask $clause:ident $body:tt $( $rest:tt )*) => { map!(@ask $( $rest )*) };

    (@issue) => { None };
    (@issue issue { $( $key:ident : $value:expr ),+ $(,)? } $( $rest:tt )*) => {
        Some($crate::record::spec::IssueField { $( $key: $value, )+ ..$crate::record::spec::IssueField::NONE })
    };
    (@issue $clause:ident $body:tt $( $rest:tt )*) => { map!(@issue $( $rest )*) };

    (@text required $value:expr) => { $crate::record::map::Shaped::free_text(&$value) };
    (@text list $value:expr) => { $crate::record::map::Shaped::free_text(&$value) };
    (@text boxed $value:expr) => { $value.as_deref().and_then($crate::record::map::Shaped::free_text) };
    (@text optional $value:expr) => { $value.as_ref().and_then($crate::record::map::Shaped::free_text) };

    (@read required $map:ident $field:ident $form:tt read ($function:path) $( $rest:tt )*) => {
        $map.required_with(stringify!($field), $function)
    };
    (@read list $map:ident $field:ident $form:tt read ($function:path) $( $rest:tt )*) => {
        $map.optional_with(stringify!($field), $function).map(Option::unwrap_or_default)
    };
    (@read $need:ident $map:ident $field:ident $form:tt $clause:ident $body:tt $( $rest:tt )*) => {
        map!(@read $need $map $field $form $( $rest )*)
    };
    (@read required $map:ident $field:ident []) => { $map.required(stringify!($field)) };
    (@read optional $map:ident $field:ident []) => { $map.optional(stringify!($field)) };
    (@read boxed $map:ident $field:ident []) => {
        $map.optional(stringify!($field)).map(|value| value.map(Box::new))
    };
    (@read list $map:ident $field:ident []) => { $map.or_empty(stringify!($field)) };
    (@read required $map:ident $field:ident [ $form:path ]) => { $map.required_as(stringify!($field), $form) };
    (@read optional $map:ident $field:ident [ $form:path ]) => { $map.optional_as(stringify!($field), $form) };
}

pub(crate) use map;
