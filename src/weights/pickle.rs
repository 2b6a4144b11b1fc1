//! Turns a pickle into a tree of plain data: a stack machine for the opcodes that a state_dict needs, and no more.
//!
//! A pickle is a program that may name any Python function. This machine runs none: a function that torch uses to put
//! tensors together becomes a [`Value::Call`] that the caller interprets, and every other name is refused. All values
//! lie in an arena and refer to each other by index, so that no nesting, however deep, can exhaust the stack.
//!
//! The opcodes are those of Python's `pickletools` for protocols 2 to 4.

use super::globals::Global;
use super::refusal::{ANOTHER_FILE, DOWNLOAD_AGAIN, SAVE_PLAIN, unusable};
use crate::error::{Error, Result};
use std::collections::HashMap;

/// Opcodes in one pickle at most; a VGG19 checkpoint has about 2,000. Bounds the memory to some tens of megabytes.
const LIMIT: usize = 1 << 20;

/// One value; compound values are indices into a [`Pickle`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    None,
    Bool(bool),
    Int(i64),
    /// A whole number of more than eight bytes, little-endian two's complement.
    BigInt(&'a [u8]),
    Float,
    Text(&'a str),
    Global(Global),
    /// A tuple or a list.
    Sequence(usize),
    Dict(usize),
    /// A function applied to a sequence of arguments, not executed.
    Call(Global, usize),
    /// A reference to something outside of the pickle, described by a sequence.
    Persistent(usize),
}

/// A parsed pickle.
pub(super) struct Pickle<'a> {
    /// The value that the pickle stands for.
    pub(super) root: Value<'a>,
    /// Bytes up to and including the STOP opcode.
    pub(super) length: usize,
    sequences: Vec<Vec<Value<'a>>>,
    dicts: Vec<Vec<(Value<'a>, Value<'a>)>>,
    persistent: Vec<usize>,
    /// Pairs that were copied from lists into dicts.
    copied: usize,
}

impl<'a> Pickle<'a> {
    /// The elements of a sequence.
    pub(super) fn sequence(&self, at: usize) -> &[Value<'a>] {
        self.sequences.get(at).map_or(&[], Vec::as_slice)
    }

    /// The pairs of a dict, in the order they were set.
    pub(super) fn dict(&self, at: usize) -> &[(Value<'a>, Value<'a>)] {
        self.dicts.get(at).map_or(&[], Vec::as_slice)
    }

    /// Every sequence that describes something outside of the pickle.
    pub(super) fn persistent(&self) -> impl Iterator<Item = usize> {
        self.persistent.iter().copied()
    }

    /// Parses the pickle at the start of `bytes`; what follows its STOP is left alone.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self> {
        let mut machine = Machine { bytes, at: 0, stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() };
        let mut pickle =
            Self { root: Value::None, length: 0, sequences: vec![], dicts: vec![], persistent: vec![], copied: 0 };
        for _ in 0..LIMIT {
            if !machine.step(&mut pickle)? {
                pickle.length = machine.at;
                return Ok(pickle);
            }
        }
        Err(unusable("the file's table of contents is far longer than any VGG19 needs", ANOTHER_FILE))
    }

    fn new_sequence(&mut self, values: Vec<Value<'a>>) -> Value<'a> {
        self.sequences.push(values);
        Value::Sequence(self.sequences.len() - 1)
    }

    fn new_dict(&mut self, pairs: Vec<(Value<'a>, Value<'a>)>) -> Value<'a> {
        self.dicts.push(pairs);
        Value::Dict(self.dicts.len() - 1)
    }

    /// The result of a function call. An OrderedDict may bring a list of pairs, as Python 2 wrote it.
    fn call(&mut self, function: Value<'a>, arguments: Value<'a>) -> Result<Value<'a>> {
        let (Value::Global(global), Value::Sequence(at)) = (function, arguments) else { return Err(malformed()) };
        if global != Global::OrderedDict {
            return Ok(Value::Call(global, at));
        }
        let mut pairs = Vec::new();
        if let Some(Value::Sequence(list)) = self.sequence(at).first() {
            for item in self.sequence(*list) {
                let Value::Sequence(pair) = item else { return Err(malformed()) };
                let [key, value] = *self.sequence(*pair) else { return Err(malformed()) };
                pairs.push((key, value));
            }
        }
        // The one place where few bytes of input can copy many values.
        self.copied += pairs.len();
        if self.copied > LIMIT {
            return Err(malformed());
        }
        Ok(self.new_dict(pairs))
    }
}

/// The state while parsing.
struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    stack: Vec<Value<'a>>,
    /// Heights of the stack at each open MARK.
    marks: Vec<usize>,
    memo: HashMap<u32, Value<'a>>,
}

impl<'a> Machine<'a> {
    /// Executes one opcode; false after STOP.
    fn step(&mut self, out: &mut Pickle<'a>) -> Result<bool> {
        let opcode = self.array::<1>()?[0];
        match opcode {
            0x80 => self.protocol()?,
            0x95 => drop(self.array::<8>()?), // FRAME: a length that only helps a reader of files
            b'.' => {
                out.root = self.pop()?;
                return Ok(false);
            }
            b'(' => self.marks.push(self.stack.len()),
            b'N' => self.stack.push(Value::None),
            0x88 | 0x89 => self.stack.push(Value::Bool(opcode == 0x88)),
            b'K' => self.integer::<1>()?,
            b'M' => self.integer::<2>()?,
            b'J' => {
                let number = i32::from_le_bytes(self.array()?);
                self.stack.push(Value::Int(number.into()));
            }
            0x8a => self.long()?,
            b'G' => {
                self.array::<8>()?;
                self.stack.push(Value::Float);
            }
            b'U' | 0x8c => self.text::<1>()?,
            b'T' | b'X' => self.text::<4>()?,
            0x8d => self.text::<8>()?,
            b'}' => self.stack.push(out.new_dict(Vec::new())),
            b']' | b')' => self.stack.push(out.new_sequence(Vec::new())),
            0x85..=0x87 => {
                let count = usize::from(opcode - 0x84);
                let first = self.stack.len().checked_sub(count).ok_or_else(malformed)?;
                let values = self.stack.split_off(first);
                self.stack.push(out.new_sequence(values));
            }
            b't' => {
                let values = self.pop_to_mark()?;
                self.stack.push(out.new_sequence(values));
            }
            b'a' => {
                let value = self.pop()?;
                self.top_sequence(out)?.push(value);
            }
            b'e' => {
                let values = self.pop_to_mark()?;
                self.top_sequence(out)?.extend(values);
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.top_dict(out)?.push((key, value));
            }
            b'u' => {
                let values = self.pop_to_mark()?;
                let pairs = values.chunks_exact(2).map(|pair| (pair[0], pair[1]));
                self.top_dict(out)?.extend(pairs);
            }
            b'q' => self.put::<1>()?,
            b'r' => self.put::<4>()?,
            0x94 => {
                let index = u32::try_from(self.memo.len()).map_err(|_| malformed())?;
                self.memo.insert(index, self.top()?);
            }
            b'h' => self.get::<1>()?,
            b'j' => self.get::<4>()?,
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.stack.push(Value::Global(Global::find(module, name)?));
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Value::Text(module), Value::Text(name)) = (module, name) else { return Err(malformed()) };
                self.stack.push(Value::Global(Global::find(module, name)?));
            }
            b'R' | 0x81 => {
                let (arguments, function) = (self.pop()?, self.pop()?);
                let value = out.call(function, arguments)?;
                self.stack.push(value);
            }
            b'b' => drop(self.pop()?), // BUILD: attributes such as _metadata or requires_grad, of no use here
            b'Q' => {
                let Value::Sequence(at) = self.pop()? else { return Err(malformed()) };
                out.persistent.push(at);
                self.stack.push(Value::Persistent(at));
            }
            _ => {
                let problem = format!("the file's pickle uses opcode 0x{opcode:02x}, which plain weights never need");
                return Err(unusable(problem, SAVE_PLAIN));
            }
        }
        Ok(true)
    }

    fn protocol(&mut self) -> Result<()> {
        match self.array::<1>()?[0] {
            2..=5 => Ok(()),
            found => Err(unusable(format!("the file's pickle has protocol {found}, not 2 to 5"), SAVE_PLAIN)),
        }
    }

    /// The next `count` bytes.
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(count);
        let bytes = end.and_then(|end| self.bytes.get(self.at..end)).ok_or_else(cut_off)?;
        self.at += count;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| cut_off())
    }

    /// An unsigned little-endian number of N bytes, N at most 8.
    fn unsigned<const N: usize>(&mut self) -> Result<u64> {
        Ok(self.array::<N>()?.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    fn integer<const N: usize>(&mut self) -> Result<()> {
        let number = self.unsigned::<N>()?;
        self.stack.push(Value::Int(i64::try_from(number).map_err(|_| malformed())?));
        Ok(())
    }

    /// LONG1: a length and so many bytes of two's complement.
    fn long(&mut self) -> Result<()> {
        let length = self.array::<1>()?[0].into();
        let bytes = self.take(length)?;
        self.stack.push(match bytes {
            [.., high] if length <= 8 => {
                let fill = if high & 0x80 == 0 { 0 } else { 0xff };
                let mut wide = [fill; 8];
                wide[..length].copy_from_slice(bytes);
                Value::Int(i64::from_le_bytes(wide))
            }
            [] => Value::Int(0),
            _ => Value::BigInt(bytes),
        });
        Ok(())
    }

    fn text<const N: usize>(&mut self) -> Result<()> {
        let length = usize::try_from(self.unsigned::<N>()?).map_err(|_| cut_off())?;
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| malformed())?;
        self.stack.push(Value::Text(text));
        Ok(())
    }

    /// The text up to the next line feed.
    fn line(&mut self) -> Result<&'a str> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|&byte| byte == b'\n').ok_or_else(cut_off)?;
        self.at += length + 1;
        std::str::from_utf8(&rest[..length]).map_err(|_| malformed())
    }

    fn put<const N: usize>(&mut self) -> Result<()> {
        let index = self.unsigned::<N>()? as u32;
        self.memo.insert(index, self.top()?);
        Ok(())
    }

    fn get<const N: usize>(&mut self) -> Result<()> {
        let index = self.unsigned::<N>()? as u32;
        self.stack.push(*self.memo.get(&index).ok_or_else(malformed)?);
        Ok(())
    }

    fn top(&self) -> Result<Value<'a>> {
        self.stack.last().copied().ok_or_else(malformed)
    }

    fn pop(&mut self) -> Result<Value<'a>> {
        self.stack.pop().ok_or_else(malformed)
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Value<'a>>> {
        let first = self.marks.pop().filter(|&first| first <= self.stack.len()).ok_or_else(malformed)?;
        Ok(self.stack.split_off(first))
    }

    fn top_sequence<'b>(&self, out: &'b mut Pickle<'a>) -> Result<&'b mut Vec<Value<'a>>> {
        match self.top()? {
            Value::Sequence(at) => out.sequences.get_mut(at).ok_or_else(malformed),
            _ => Err(malformed()),
        }
    }

    fn top_dict<'b>(&self, out: &'b mut Pickle<'a>) -> Result<&'b mut Vec<(Value<'a>, Value<'a>)>> {
        match self.top()? {
            Value::Dict(at) => out.dicts.get_mut(at).ok_or_else(malformed),
            _ => Err(malformed()),
        }
    }
}

fn cut_off() -> Error {
    unusable("the file ends in the middle of its table of contents", DOWNLOAD_AGAIN)
}

fn malformed() -> Error {
    unusable("the file's table of contents contradicts itself", DOWNLOAD_AGAIN)
}
