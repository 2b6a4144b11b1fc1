//! An invocation's walk through a shader: statements and expressions of naga, on what is known of their values.

use std::collections::BTreeMap;

use naga::{
    AddressSpace, Binding, Block, BuiltIn, Expression, Function, FunctionArgument, GlobalVariable, Handle, Module,
    Statement, SwitchValue,
};

use super::expressions::pure;
use super::trips::{Place, Trips, address};
use super::values::Value;

/// More passes than this are a walk that never ends.
const ENDLESS: u64 = 10_000_000;

/// Where the walk goes on.
enum Next {
    Statement,
    Break,
    Continue,
    Return(Value),
}

/// The walk so far.
pub struct Walk<'m> {
    module: &'m Module,
    /// Parameters and workgroups, if they are known.
    dispatch: Option<(&'m [u8], [u32; 3])>,
    /// Uniforms and the variables of functions.
    memory: Vec<Value>,
    uniforms: BTreeMap<Handle<GlobalVariable>, usize>,
    calls: Vec<usize>,
    trips: BTreeMap<Place, Trips>,
}

/// A function at work.
struct Frame<'m> {
    function: &'m Function,
    arguments: Vec<Value>,
    /// Where its variables begin.
    base: usize,
    known: Vec<Option<Value>>,
}

impl<'m> Walk<'m> {
    /// A walk through the shader's one entry point; without a dispatch through whatever is the same for all.
    pub fn new(module: &'m Module, dispatch: Option<(&'m [u8], [u32; 3])>) -> Walk<'m> {
        let (memory, uniforms, calls, trips) = Default::default();
        Walk { module, dispatch, memory, uniforms, calls, trips }
    }

    /// Goes all the way.
    pub fn trips(mut self) -> BTreeMap<Place, Trips> {
        for (handle, variable) in self.module.global_variables.iter() {
            if let (AddressSpace::Uniform, Some((params, _))) = (variable.space, self.dispatch) {
                self.uniforms.insert(handle, self.memory.len());
                self.memory.push(Value::read(self.module, &self.module.types[variable.ty], params));
            }
        }
        let main = &self.module.entry_points[0];
        let arguments = main.function.arguments.iter().map(|argument| self.builtin(argument, main.workgroup_size));
        let arguments = arguments.collect();
        self.call(&main.function, arguments);
        self.trips
    }

    /// What an invocation is told of its place.
    fn builtin(&self, argument: &FunctionArgument, size: [u32; 3]) -> Value {
        let Some((_, workgroups)) = self.dispatch else { return Value::Unknown };
        let vector = |of: &dyn Fn(usize) -> u32| Value::Parts((0..3).map(|axis| Value::U32(of(axis))).collect());
        let middle = workgroups.map(|count| count / 2);
        match argument.binding {
            Some(Binding::BuiltIn(BuiltIn::GlobalInvocationId)) => vector(&|axis| middle[axis] * size[axis]),
            Some(Binding::BuiltIn(BuiltIn::LocalInvocationId)) => vector(&|_| 0),
            Some(Binding::BuiltIn(BuiltIn::LocalInvocationIndex)) => Value::U32(0),
            Some(Binding::BuiltIn(BuiltIn::WorkGroupId)) => vector(&|axis| middle[axis]),
            Some(Binding::BuiltIn(BuiltIn::NumWorkGroups)) => vector(&|axis| workgroups[axis]),
            _ => Value::Unknown,
        }
    }

    fn call(&mut self, function: &'m Function, arguments: Vec<Value>) -> Value {
        let base = self.memory.len();
        let zeros = function.local_variables.iter().map(|(_, variable)| &self.module.types[variable.ty]);
        self.memory.extend(zeros.map(|ty| Value::zero(self.module, ty)));
        let mut frame = Frame { function, arguments, base, known: vec![None; function.expressions.len()] };
        for (handle, variable) in function.local_variables.iter() {
            if let Some(init) = variable.init {
                self.memory[base + handle.index()] = self.value(&mut frame, init);
            }
        }
        let next = self.block(&mut frame, &function.body);
        self.memory.truncate(base);
        if let Next::Return(value) = next { value } else { Value::Unknown }
    }

    fn block(&mut self, frame: &mut Frame<'m>, block: &'m Block) -> Next {
        for statement in block {
            match self.statement(frame, statement) {
                Next::Statement => {}
                other => return other,
            }
        }
        Next::Statement
    }

    fn statement(&mut self, frame: &mut Frame<'m>, statement: &'m Statement) -> Next {
        match statement {
            Statement::Emit(range) => {
                for handle in range.clone() {
                    let value = self.computed(frame, handle);
                    frame.known[handle.index()] = Some(value);
                }
            }
            Statement::Block(inner) => return self.block(frame, inner),
            Statement::If { condition, accept, reject } => match self.value(frame, *condition) {
                Value::Bool(true) => return self.block(frame, accept),
                Value::Bool(false) => return self.block(frame, reject),
                // Both; and out of a loop if either leads there, but not before all of it was seen once.
                _ => {
                    let sides = [self.block(frame, accept), self.block(frame, reject)];
                    if sides.iter().any(|next| matches!(next, Next::Break)) {
                        let trips = self.trips.entry(self.calls.clone()).or_default();
                        trips.unknown = true;
                        if trips.passes > 0 {
                            return Next::Break;
                        }
                    }
                }
            },
            Statement::Switch { selector, cases } => {
                let selector = self.value(frame, *selector).number();
                let at = cases.iter().position(|case| match case.value {
                    SwitchValue::I32(value) => selector == Some(value.into()),
                    SwitchValue::U32(value) => selector == Some(value.into()),
                    SwitchValue::Default => false,
                });
                let at = at.or_else(|| cases.iter().position(|case| case.value == SwitchValue::Default)).unwrap_or(0);
                for case in &cases[at..] {
                    match self.block(frame, &case.body) {
                        Next::Break => break,
                        Next::Statement if case.fall_through => {}
                        Next::Statement => break,
                        other => return other,
                    }
                }
            }
            Statement::Loop { body, continuing, break_if } => {
                self.calls.push(address(statement));
                let next = self.passes(frame, body, continuing, *break_if);
                self.calls.pop();
                return next;
            }
            Statement::Break => return Next::Break,
            Statement::Continue => return Next::Continue,
            Statement::Return { value } => {
                return Next::Return(value.map_or(Value::Unknown, |value| self.value(frame, value)));
            }
            Statement::Store { pointer, value } => {
                let (pointer, value) = (self.value(frame, *pointer), self.value(frame, *value));
                if let Value::Pointer(Some((slot, path))) = pointer {
                    let place = path.iter().try_fold(&mut self.memory[slot], |place, &index| match place {
                        Value::Parts(parts) => parts.get_mut(index),
                        _ => None,
                    });
                    if let Some(place) = place {
                        *place = value;
                    }
                }
            }
            Statement::Call { function, arguments, result } => {
                let arguments = arguments.iter().map(|&argument| self.value(frame, argument)).collect();
                self.calls.push(address(statement));
                let value = self.call(&self.module.functions[*function], arguments);
                self.calls.pop();
                if let Some(result) = result {
                    frame.known[result.index()] = Some(value);
                }
            }
            _ => {}
        }
        Next::Statement
    }

    /// All passes of the loop that `calls` ends with.
    fn passes(
        &mut self,
        frame: &mut Frame<'m>,
        body: &'m Block,
        continuing: &'m Block,
        break_if: Option<Handle<Expression>>,
    ) -> Next {
        let place = self.calls.clone();
        self.trips.entry(place.clone()).or_default().entries += 1;
        loop {
            match self.block(frame, body) {
                Next::Break => return Next::Statement,
                Next::Return(value) => return Next::Return(value),
                Next::Statement | Next::Continue => {}
            }
            let trips = self.trips.entry(place.clone()).or_default();
            trips.passes += 1;
            let endless = trips.passes > ENDLESS;
            self.block(frame, continuing);
            let done = break_if.map(|condition| self.value(frame, condition));
            let known = done.as_ref().is_none_or(|done| matches!(done, Value::Bool(_)));
            if endless || !known {
                self.trips.entry(place).or_default().unknown = true;
                return Next::Statement;
            }
            if done == Some(Value::Bool(true)) {
                return Next::Statement;
            }
        }
    }

    /// What was computed last, or is the same at any time.
    fn value(&self, frame: &mut Frame<'m>, handle: Handle<Expression>) -> Value {
        if frame.known[handle.index()].is_none() {
            frame.known[handle.index()] = Some(self.computed(frame, handle));
        }
        frame.known[handle.index()].clone().unwrap_or(Value::Unknown)
    }

    fn computed(&self, frame: &mut Frame<'m>, handle: Handle<Expression>) -> Value {
        let expression = &frame.function.expressions[handle];
        match expression {
            Expression::FunctionArgument(index) => return frame.arguments[*index as usize].clone(),
            Expression::LocalVariable(variable) => {
                return Value::Pointer(Some((frame.base + variable.index(), Vec::new())));
            }
            _ => {}
        }
        let mut of = |handle: Handle<Expression>| self.value(frame, handle);
        match expression {
            Expression::Access { base, index } => {
                let index = of(*index).number().and_then(|index| usize::try_from(index).ok());
                of(*base).part(index)
            }
            Expression::AccessIndex { base, index } => of(*base).part(Some(*index as usize)),
            Expression::GlobalVariable(variable) => {
                Value::Pointer(self.uniforms.get(variable).map(|&slot| (slot, Vec::new())))
            }
            Expression::Load { pointer } => match of(*pointer) {
                Value::Pointer(Some((slot, path))) => {
                    path.iter().fold(self.memory[slot].clone(), |value, &index| value.part(Some(index)))
                }
                _ => Value::Unknown,
            },
            expression => pure(self.module, expression, &mut of),
        }
    }
}
