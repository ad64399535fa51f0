//! Tables and properties of calendars and clocks.

mod apply;
mod calendar;
mod model;
