//! Values of shaders as far as loops depend on them: whole numbers and truths. All floats are unknown.

use naga::{BinaryOperator as Op, MathFunction, Module, ScalarKind, Type, TypeInner, UnaryOperator};

/// What is known of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing: it is a float, or depends on what a buffer holds.
    Unknown,
    Bool(bool),
    U32(u32),
    I32(i32),
    /// A vector, an array or a struct.
    Parts(Vec<Value>),
    /// A pointer to a variable and into its parts; none where neither can be known.
    Pointer(Option<(usize, Vec<usize>)>),
}

use Value::{Bool, I32, Parts, U32, Unknown};

impl Value {
    /// The whole number that it is, if it is one and known.
    pub fn number(&self) -> Option<i64> {
        match *self {
            U32(value) => Some(value.into()),
            I32(value) => Some(value.into()),
            _ => None,
        }
    }

    /// One of its parts.
    pub fn part(&self, index: Option<usize>) -> Value {
        match (self, index) {
            (Parts(parts), Some(index)) => parts.get(index).cloned().unwrap_or(Unknown),
            (Value::Pointer(Some((slot, path))), Some(index)) => {
                Value::Pointer(Some((*slot, [&path[..], &[index]].concat())))
            }
            (Value::Pointer(_), _) => Value::Pointer(None),
            _ => Unknown,
        }
    }

    /// A type's zero.
    pub fn zero(module: &Module, ty: &Type) -> Value {
        Value::read(module, ty, &[])
    }

    /// A value of this type as it lies in a uniform buffer; where the bytes end, zeros.
    pub fn read(module: &Module, ty: &Type, bytes: &[u8]) -> Value {
        let word = || u32::from_le_bytes(std::array::from_fn(|at| bytes.get(at).copied().unwrap_or(0)));
        let from = |offset: u32| bytes.get(offset as usize..).unwrap_or(&[]);
        match &ty.inner {
            TypeInner::Scalar(scalar) => match scalar.kind {
                ScalarKind::Uint => U32(word()),
                ScalarKind::Sint => I32(word() as i32),
                ScalarKind::Bool => Bool(word() != 0),
                _ => Unknown,
            },
            TypeInner::Vector { size, scalar } => {
                let part = Type { name: None, inner: TypeInner::Scalar(*scalar) };
                let parts = 0..*size as u32;
                Parts(parts.map(|index| Value::read(module, &part, from(index * u32::from(scalar.width)))).collect())
            }
            TypeInner::Array { base, size: naga::ArraySize::Constant(count), stride } => {
                let parts = 0..count.get();
                Parts(parts.map(|index| Value::read(module, &module.types[*base], from(index * stride))).collect())
            }
            TypeInner::Struct { members, .. } => {
                let part =
                    |member: &naga::StructMember| Value::read(module, &module.types[member.ty], from(member.offset));
                Parts(members.iter().map(part).collect())
            }
            _ => Unknown,
        }
    }
}

/// Does the same with every part.
fn each(value: &Value, change: &impl Fn(&Value) -> Value) -> Value {
    match value {
        Parts(parts) => Parts(parts.iter().map(|part| each(part, change)).collect()),
        single => change(single),
    }
}

/// Does the same with every pair of parts; a single value goes with all.
pub fn pairs(left: &Value, right: &Value, with: &impl Fn(&Value, &Value) -> Value) -> Value {
    match (left, right) {
        (Parts(left), Parts(right)) => Parts(left.iter().zip(right).map(|(a, b)| pairs(a, b, with)).collect()),
        (Parts(left), right) => Parts(left.iter().map(|part| pairs(part, right, with)).collect()),
        (left, Parts(right)) => Parts(right.iter().map(|part| pairs(left, part, with)).collect()),
        (left, right) => with(left, right),
    }
}

pub fn unary(op: UnaryOperator, value: &Value) -> Value {
    each(value, &|value| match (op, value) {
        (UnaryOperator::Negate, I32(value)) => I32(value.wrapping_neg()),
        (UnaryOperator::LogicalNot, Bool(value)) => Bool(!value),
        (UnaryOperator::BitwiseNot, U32(value)) => U32(!value),
        (UnaryOperator::BitwiseNot, I32(value)) => I32(!value),
        _ => Unknown,
    })
}

pub fn binary(op: Op, left: &Value, right: &Value) -> Value {
    pairs(left, right, &|left, right| {
        if let (Some(a), Some(b)) = (left.number(), right.number()) {
            return of_numbers(op, left, a, b);
        }
        match (op, left, right) {
            (Op::LogicalAnd | Op::And, Bool(false), _) | (Op::LogicalAnd | Op::And, _, Bool(false)) => Bool(false),
            (Op::LogicalOr | Op::InclusiveOr, Bool(true), _) | (Op::LogicalOr | Op::InclusiveOr, _, Bool(true)) => {
                Bool(true)
            }
            (Op::LogicalAnd | Op::And, Bool(_), Bool(_)) => Bool(true),
            (Op::LogicalOr | Op::InclusiveOr, Bool(_), Bool(_)) => Bool(false),
            (Op::Equal, Bool(a), Bool(b)) => Bool(a == b),
            (Op::NotEqual, Bool(a), Bool(b)) => Bool(a != b),
            _ => Unknown,
        }
    })
}

/// The operation on two whole numbers, of the type of the first.
fn of_numbers(op: Op, like: &Value, a: i64, b: i64) -> Value {
    let result = match op {
        Op::Equal => return Bool(a == b),
        Op::NotEqual => return Bool(a != b),
        Op::Less => return Bool(a < b),
        Op::LessEqual => return Bool(a <= b),
        Op::Greater => return Bool(a > b),
        Op::GreaterEqual => return Bool(a >= b),
        Op::Add => a + b,
        Op::Subtract => a - b,
        Op::Multiply => a.wrapping_mul(b),
        Op::Divide => a.checked_div(b).unwrap_or(a),
        Op::Modulo => a.checked_rem(b).unwrap_or(0),
        Op::And => a & b,
        Op::InclusiveOr => a | b,
        Op::ExclusiveOr => a ^ b,
        Op::ShiftLeft => a << (b & 31),
        Op::ShiftRight => a >> (b & 31),
        _ => return Unknown,
    };
    like_of(like, result)
}

/// A number in the type of another, its upper bits cut off.
fn like_of(like: &Value, number: i64) -> Value {
    match like {
        U32(_) => U32(number as u32),
        I32(_) => I32(number as i32),
        _ => Unknown,
    }
}

pub fn math(function: MathFunction, arguments: &[Value]) -> Value {
    let two = |with: fn(i64, i64) -> i64, left: &Value, right: &Value| {
        pairs(left, right, &|left, right| match (left.number(), right.number()) {
            (Some(a), Some(b)) => like_of(left, with(a, b)),
            _ => Unknown,
        })
    };
    match (function, arguments) {
        (MathFunction::Min, [a, b]) => two(i64::min, a, b),
        (MathFunction::Max, [a, b]) => two(i64::max, a, b),
        (MathFunction::Clamp, [a, low, high]) => two(i64::min, &two(i64::max, a, low), high),
        (MathFunction::Abs, [a]) => two(|a, _| a.abs(), a, a),
        _ => Unknown,
    }
}

/// A conversion to another kind of numbers.
pub fn converted(value: &Value, kind: ScalarKind) -> Value {
    each(value, &|value| {
        let number = match value {
            Bool(truth) => Some(i64::from(*truth)),
            other => other.number(),
        };
        match (kind, number) {
            (ScalarKind::Uint, Some(number)) => U32(number as u32),
            (ScalarKind::Sint, Some(number)) => I32(number as i32),
            (ScalarKind::Bool, Some(number)) => Bool(number != 0),
            _ => Unknown,
        }
    })
}
