//! What tests of several binaries share: repositories, people, samples, expected outputs. Each binary declares it by its path.

#![allow(dead_code, reason = "each binary uses a part of it")]

pub(crate) mod access;
pub(crate) mod approval;
pub(crate) mod audit;
pub(crate) mod export;
pub(crate) mod export_engines;
pub(crate) mod export_models;
pub(crate) mod folder;
pub(crate) mod gate;
pub(crate) mod golden;
pub(crate) mod history;
pub(crate) mod keygen;
pub(crate) mod lint;
pub(crate) mod openpgp;
pub(crate) mod project;
pub(crate) mod render;
pub(crate) mod repo;
pub(crate) mod samples;
pub(crate) mod schemas;
pub(crate) mod status;
pub(crate) mod tools;

pub(crate) use folder::temporary;
