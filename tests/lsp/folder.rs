//! A folder that a case fills, gone with it; and what the command says of it. Knows no case.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs};

use serde_json::Value;

pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(files: &BTreeMap<String, String>) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("plumbrule-lsp-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = Self(env::temp_dir().canonicalize().unwrap().join(name));
        fs::create_dir_all(&folder.0).unwrap();
        for (file, text) in files {
            folder.write(file, text);
        }
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn remove(&self, file: &str) {
        fs::remove_file(self.0.join(file)).unwrap();
    }

    /// What a run of the command finds.
    pub(crate) fn check(&self, flags: &[&str]) -> Vec<Value> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plumbrule"));
        command.args(["check", ".", "--output-format", "json"]).args(flags).current_dir(&self.0);
        if self.0.join("rules").exists() {
            command.args(["--rules", "rules"]);
        }
        let output = command.env("SOURCE_DATE_EPOCH", "1795478400").output().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        report["findings"].as_array().unwrap().clone()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that stays behind is no reason to fail.
        let _ = fs::remove_dir_all(&self.0);
    }
}
