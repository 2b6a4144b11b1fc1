//! Expressions of naga that depend on nothing but their operands.

use naga::{Expression, Handle, Literal, Module, RelationalFunction, TypeInner};

use super::values::{Value, binary, converted, math, unary};

/// An expression that depends on nothing but its operands.
pub fn pure(module: &Module, expression: &Expression, of: &mut impl FnMut(Handle<Expression>) -> Value) -> Value {
    match expression {
        Expression::Literal(Literal::U32(value)) => Value::U32(*value),
        Expression::Literal(Literal::I32(value)) => Value::I32(*value),
        Expression::Literal(Literal::Bool(value)) => Value::Bool(*value),
        Expression::Constant(constant) => global(module, module.constants[*constant].init),
        Expression::ZeroValue(ty) => Value::zero(module, &module.types[*ty]),
        Expression::Compose { ty, components } => {
            let parts: Vec<Value> = components.iter().map(|&part| of(part)).collect();
            // A vector may be made of shorter ones.
            let is_vector = matches!(module.types[*ty].inner, TypeInner::Vector { .. });
            let flat = |part| match part {
                Value::Parts(parts) if is_vector => parts,
                part => vec![part],
            };
            Value::Parts(parts.into_iter().flat_map(flat).collect())
        }
        Expression::Splat { size, value } => Value::Parts(vec![of(*value); *size as usize]),
        Expression::Swizzle { size, vector, pattern } => {
            let vector = of(*vector);
            Value::Parts(pattern[..*size as usize].iter().map(|&at| vector.part(Some(at as usize))).collect())
        }
        Expression::Unary { op, expr } => unary(*op, &of(*expr)),
        Expression::Binary { op, left, right } => binary(*op, &of(*left), &of(*right)),
        Expression::Select { condition, accept, reject } => match of(*condition) {
            Value::Bool(true) => of(*accept),
            Value::Bool(false) => of(*reject),
            _ => Value::Unknown,
        },
        Expression::Relational { fun, argument } => match (fun, of(*argument)) {
            (RelationalFunction::All, Value::Parts(parts)) => all(&parts, true),
            (RelationalFunction::Any, Value::Parts(parts)) => all(&parts, false),
            _ => Value::Unknown,
        },
        Expression::Math { fun, arg, arg1, arg2, .. } => {
            let arguments: Vec<Value> = [Some(*arg), *arg1, *arg2].into_iter().flatten().map(of).collect();
            math(*fun, &arguments)
        }
        Expression::As { expr, kind, .. } => converted(&of(*expr), *kind),
        _ => Value::Unknown,
    }
}

/// Whether all truths are this one, as a truth: `all` of vectors, and of its opposite `any`.
fn all(parts: &[Value], truth: bool) -> Value {
    if parts.contains(&Value::Bool(!truth)) {
        Value::Bool(!truth)
    } else if parts.iter().all(|part| *part == Value::Bool(truth)) {
        Value::Bool(truth)
    } else {
        Value::Unknown
    }
}

/// The value of a constant.
fn global(module: &Module, handle: Handle<Expression>) -> Value {
    pure(module, &module.global_expressions[handle], &mut |handle| global(module, handle))
}
