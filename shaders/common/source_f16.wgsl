// How a kernel's sources are stored: in 16 bits.
alias Source = vec4<f16>;
