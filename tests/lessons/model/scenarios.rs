//! Who does what at the same time: one, every two, and some three of these.

use super::world::{Operation, Person};

/// One, two and three at a time.
pub fn all() -> Vec<Vec<Operation>> {
    use Operation as O;
    let edith = O::Publish(Person::Edith);
    let mut scenarios = one_and_two();
    scenarios.extend([
        vec![edith, O::Publish(Person::Rosa), O::Revise],
        vec![edith, edith, O::RevokeEdith],
        vec![edith, O::RequestChanges, O::Archive],
        vec![edith, O::TypeState, O::TypeRecord],
        vec![O::SignIn, O::ChangeEdithsPassword, edith],
    ]);
    scenarios
}

pub fn one_and_two() -> Vec<Vec<Operation>> {
    use Operation as O;
    let all = [
        O::Publish(Person::Edith),
        O::Publish(Person::Rosa),
        O::Publish(Person::Alice),
        O::Revise,
        O::RequestChanges,
        O::Archive,
        O::RevokeEdith,
        O::DeactivateEdith,
        O::ChangeEdithsPassword,
        O::SignIn,
        O::TypeState,
        O::TypeRecord,
    ];
    let mut scenarios: Vec<Vec<Operation>> = all.map(|operation| vec![operation]).to_vec();
    for (index, one) in all.iter().enumerate() {
        scenarios.extend(all[index..].iter().map(|other| vec![*one, *other]));
    }
    scenarios
}
