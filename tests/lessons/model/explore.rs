//! The search: every world that can be reached, breadth first.

use std::collections::HashSet;

use super::promises::broken;
use super::removals::System;
use super::steps::{next, plan};
use super::world::{Broken, Operation, World};

/// What a search has found.
pub struct Found {
    pub states: usize,
    /// A shortest way to a broken promise.
    pub counterexample: Option<Counterexample>,
}

pub struct Counterexample {
    pub steps: Vec<String>,
    pub broken: Broken,
}

/// A world that was reached, from which one, and by which step.
struct Reached {
    world: World,
    from: Option<usize>,
    step: String,
}

/// Looks at every world that can be reached from one of these scenarios, until one
/// breaks a promise that is looked for.
pub fn explore(
    scenarios: &[Vec<Operation>],
    system: &System<'_>,
    is_looked_for: impl Fn(Broken) -> bool,
) -> Found {
    let begin = |operations: &Vec<Operation>| Reached {
        world: World::new(operations),
        from: None,
        step: String::new(),
    };
    let mut reached: Vec<Reached> = scenarios.iter().map(begin).collect();
    let mut seen: HashSet<World> = reached.iter().map(|reached| reached.world.clone()).collect();
    let mut at = 0;
    while at < reached.len() {
        let world = reached[at].world.clone();
        let following = next(&world, system);
        assert!(!following.is_empty() || is_over(&world, system), "stuck: {world:#?}");
        for (step, world) in following {
            if !seen.insert(world.clone()) {
                continue;
            }
            let broken = broken(&world).filter(|broken| is_looked_for(broken));
            reached.push(Reached { world, from: Some(at), step });
            if let Some(broken) = broken {
                let counterexample = Some(way(&reached, broken));
                return Found { states: reached.len(), counterexample };
            }
        }
        at += 1;
    }
    Found { states: reached.len(), counterexample: None }
}

fn is_over(world: &World, system: &System<'_>) -> bool {
    world.clients.iter().all(|client| client.at >= plan(client.operation, system).len())
}

/// The steps that lead to the last world.
fn way(reached: &[Reached], broken: Broken) -> Counterexample {
    let mut steps = Vec::new();
    let mut at = reached.len() - 1;
    while let Some(from) = reached[at].from {
        steps.push(reached[at].step.clone());
        at = from;
    }
    steps.reverse();
    Counterexample { steps, broken }
}
