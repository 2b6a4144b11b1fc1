// How a kernel's sources are stored: in 32 bits.
alias Source = vec4<f32>;
