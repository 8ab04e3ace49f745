/// Returns the items with the same keys together, in the order in which the keys first
/// appear. The first key of a group is that of the group.
pub(crate) fn in_groups<K, T>(
    items: impl IntoIterator<Item = (K, T)>,
    is_same: impl Fn(&K, &K) -> bool,
) -> Vec<(K, Vec<T>)> {
    let mut groups: Vec<(K, Vec<T>)> = Vec::new();
    for (key, item) in items {
        match groups.iter_mut().find(|(other, _)| is_same(other, &key)) {
            Some((_, items)) => items.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    groups
}
