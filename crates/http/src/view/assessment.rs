//! Assessments are shown as the domain computes them.

pub use domain::assessment::Assessment;
