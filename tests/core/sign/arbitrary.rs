//! Arbitrary bytes in a repository are always read to an answer.

use exledger::approval::evidence::reviews::Reviews;
use exledger::approval::evidence::statement_file::ApprovalFile;
use exledger::approval::sources::keys::Keys;
use exledger::approval::sources::signature::{self, SignatureState, Tag};
use exledger::approval::sources::signers::{Revoked, Signers};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_ne, proptest};

use super::{base64, dana, fixture, landing, public};

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_to_an_answer(bytes in vec(any::<u8>(), 0..300)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = Signers::parse(&text);
        let _ = Signers::parse(&format!("a@example.com {text}"));
        let _ = Revoked::parse(&text);
        let _ = Reviews::read(&bytes);
        let _ = ApprovalFile::read(&bytes);
        let _ = Tag::read(&bytes).map(|tag| tag.signature());
        let sealed = format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----", base64(&bytes));
        for armoured in [&bytes, sealed.as_bytes()] {
            let state = signature::detached(armoured, b"").state(&Keys::default(), landing());
            prop_assert!(matches!(state, SignatureState::Bad(_) | SignatureState::Unverifiable(_)));
        }
    }

    #[test]
    fn no_other_byte_lets_a_signature_speak_for_other_bytes(at in 0_usize..2000, byte in any::<u8>()) {
        for (name, key) in [("ed25519.sig", "ed25519.pub"), ("p256.sig", "p256.pub"), ("rsa.sig", "rsa.pub")] {
            let mut armoured = fixture(name);
            let place = at % armoured.len();
            armoured[place] = byte;
            let state = signature::detached(&armoured, b"other").state(&dana(key), landing());
            prop_assert_ne!(state.as_str(), "attested");
        }
    }

    #[test]
    fn a_line_of_signers_with_any_options_is_read(options in "[a-z=\",\\\\ -]{0,40}") {
        let line = format!("dana@example.com {options} {}", public("ed25519.pub"));
        let read = Signers::parse(&line);
        prop_assert!(read.lines.len() + read.problems.len() >= 1);
    }
}
