//! Cases put together: the fewest conditions that tell two sets of cases apart.

use super::table::{Case, Dimension};

/// Some values of each dimension: the cases that have one of them in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cube(pub Vec<Vec<usize>>);

impl Cube {
    pub fn has(&self, case: &Case) -> bool {
        self.0.iter().zip(case).all(|(values, value)| values.contains(value))
    }
}

/// Returns cubes that have every case of `on` and no case of `off`: each begins as
/// one case and grows while it can, so a dimension that does not matter has all of
/// its values.
pub fn cover(dimensions: &[Dimension], on: &[&Case], off: &[&Case]) -> Vec<Cube> {
    let mut cubes: Vec<Cube> = Vec::new();
    for case in on {
        if cubes.iter().any(|cube| cube.has(case)) {
            continue;
        }
        let mut cube = Cube(case.iter().map(|value| vec![*value]).collect());
        for (index, dimension) in dimensions.iter().enumerate() {
            for value in 0..dimension.values.len() {
                grow(&mut cube, index, value, off);
            }
        }
        cubes.push(cube);
    }
    cubes
}

fn grow(cube: &mut Cube, dimension: usize, value: usize, off: &[&Case]) {
    if cube.0[dimension].contains(&value) {
        return;
    }
    let before = std::mem::replace(&mut cube.0[dimension], vec![value]);
    // Only cases with the new value can be new in the cube.
    let is_free = !off.iter().any(|case| case[dimension] == value && cube.has(case));
    cube.0[dimension] = before;
    if is_free {
        cube.0[dimension].push(value);
        cube.0[dimension].sort_unstable();
    }
}
