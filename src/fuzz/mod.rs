//! This turns a seed into files that nobody would make, and hands them to everything that reads files from outside.
//!
//! It exists only behind the feature `fuzz`, for `cargo xtask fuzz`, natively and on wasm32. A file follows from the name of what
//! reads it, a seed and a number, so whatever goes wrong can be seen again. Nothing guides it but knowledge of the formats: it
//! repairs lengths and checksums behind half of its changes, so that they are not all that is ever looked at.

mod change;
mod corpus;
mod readers;
mod repair;
#[cfg(target_arch = "wasm32")]
mod web;

pub use readers::{READERS, Reader};

use change::Dice;

/// Changes in one file at most.
const MOST_CHANGES: u32 = 6;

/// What a reader is given: its corpus, and what follows from it.
pub struct Cases {
    reader: &'static Reader,
    corpus: Vec<Vec<u8>>,
    seed: u32,
}

impl Cases {
    /// Of one reader and one seed.
    pub fn new(reader: &'static Reader, seed: u32) -> Cases {
        Cases { reader, corpus: (reader.corpus)(), seed }
    }

    /// How many files are those of the corpus, without a change; the reader takes them.
    pub fn unchanged(&self) -> u32 {
        self.corpus.len() as u32
    }

    /// The file of this number; the first are those of the corpus.
    pub fn file(&self, number: u32) -> Vec<u8> {
        if let Some(file) = self.corpus.get(number as usize) {
            return file.clone();
        }
        let mut dice = Dice::new(self.seed, number);
        let mut file = dice.one_of(&self.corpus).clone();
        let length = file.len();
        for _ in 0..1 + dice.below(MOST_CHANGES) {
            dice.change(&mut file, &self.corpus, self.reader.words);
        }
        if dice.below(2) == 0 {
            (self.reader.repair)(&mut file, length);
        }
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reader_takes_its_corpus() {
        for reader in &READERS {
            let cases = Cases::new(reader, 1);
            assert!(cases.unchanged() > 0, "{}", reader.name);
            for number in 0..cases.unchanged() {
                assert!((reader.read)(&cases.file(number)), "{} refuses file {number} of its corpus", reader.name);
            }
        }
    }

    #[test]
    fn a_file_follows_from_its_seed_and_number() {
        let file = |seed, number| Cases::new(&READERS[0], seed).file(number);
        assert_eq!(file(1, 100), file(1, 100));
        assert!((100..110).any(|number| file(1, number) != file(2, number)));
    }

    /// If no change were read, only the first checks of a reader would be tried.
    #[test]
    fn some_changes_are_read_and_some_are_refused() {
        for reader in &READERS {
            let cases = Cases::new(reader, 1);
            let first = cases.unchanged();
            let read = (first..first + 300).filter(|number| (reader.read)(&cases.file(*number))).count();
            assert!((1..300).contains(&read), "{} reads {read} of 300", reader.name);
        }
    }
}
