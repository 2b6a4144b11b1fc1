// A product of square matrices that may be scaled and have its diagonal raised:
//   y = factor norm^power a b + diagonal I.
// a, b, y: C, C in 4x4 tiles. norm: one number that only the device knows; with power 0 it does not matter.
// square_matmul.wgsl and batched_gemm_shared.wgsl are two ways to do it.

struct Params {
    rows: u32, // 4 times the blocks
    in_blocks: u32,
    out_blocks: u32,
    channels: u32,
    factor: f32,
    power: f32,
    diagonal: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(3) var<storage, read> norm: array<f32>; // the first number counts

fn scale() -> f32 {
    if (params.power == 0.0) {
        return params.factor;
    }
    return params.factor * pow(norm[0], params.power);
}
