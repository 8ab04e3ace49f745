//! Gives the feed and its entries ids that stay the same.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::domain::PostId;

/// The ids of the feed and of its entries (RFC 4287, 4.2.6). They stay the same when
/// the site moves to another address.
pub struct FeedIds(Uuid);

impl FeedIds {
    /// Returns the ids of the site with this id.
    pub(crate) fn of(site: Uuid) -> Self {
        Self(site)
    }

    pub(super) fn feed(&self) -> String {
        self.0.urn().to_string()
    }

    /// Returns the id of a post: a UUID by its name within the site (RFC 9562, 5.8).
    pub(super) fn entry(&self, post: PostId) -> String {
        let digest = Sha256::new().chain_update(self.0).chain_update(post.0.to_be_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.finalize()[..16]);
        Builder::from_custom_bytes(bytes).into_uuid().urn().to_string()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::FeedIds;
    use crate::domain::PostId;

    #[test]
    fn every_post_has_an_id_of_its_own_that_depends_on_the_site_alone() {
        let (here, there) = (FeedIds::of(Uuid::from_u128(1)), FeedIds::of(Uuid::from_u128(2)));
        assert_eq!(here.entry(PostId(7)), here.entry(PostId(7)));
        assert_ne!(here.entry(PostId(7)), here.entry(PostId(8)));
        assert_ne!(here.entry(PostId(7)), there.entry(PostId(7)));
        assert!(here.entry(PostId(7)).starts_with("urn:uuid:"));
        assert_eq!(here.feed(), "urn:uuid:00000000-0000-0000-0000-000000000001");
    }
}
