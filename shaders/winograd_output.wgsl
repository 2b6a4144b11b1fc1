// The last of three steps of a 3x3 convolution after Winograd: back from Winograd's domain to tiles of 4x4 pixels,
// y = relu(bias + A' m A). Points and scaling as in winograd_input.wgsl.
// m: 36, tiles, C -> y: H, W, C.

struct Params {
    height: u32,
    width: u32,
    blocks: u32,
    tiles: u32,      // of this strip
    first: u32,      // number of its first tile, counted along the rows of the whole map
    relu: u32,       // 1: y = max(y, 0)
    accumulate: u32, // 1: add to what y holds
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> m: array<vec4<f32>>;       // 36, tiles, C
@group(0) @binding(2) var<storage, read> bias: array<vec4<f32>>;    // C
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>; // H, W, C

const SIZE = 4u; // pixels of output along a tile's side
const A = 1.4142135;
const B = 0.70710677;

struct Four { p0: vec4<f32>, p1: vec4<f32>, p2: vec4<f32>, p3: vec4<f32> }

// A' times a column: the polynomial's values at the points, divided by what the weights' transform was scaled with.
fn transform(m0: vec4<f32>, m1: vec4<f32>, m2: vec4<f32>, m3: vec4<f32>, m4: vec4<f32>, m5: vec4<f32>) -> Four {
    let even_a = m1 + m2;
    let odd_a = m1 - m2;
    let even_b = m3 + m4;
    let odd_b = m3 - m4;
    return Four(
        m0 + B * even_a - A * even_b,
        odd_a - odd_b,
        A * even_a - B * even_b,
        2.0 * odd_a - 0.5 * odd_b + m5,
    );
}

fn column_of(column: u32, place: u32) -> Four {
    let stride = params.tiles * params.blocks;
    let start = column * stride + place;
    let row = 6u * stride;
    return transform(
        m[start], m[start + row], m[start + 2u * row], m[start + 3u * row], m[start + 4u * row], m[start + 5u * row],
    );
}

fn store(row: u32, column: u32, block: u32, sum: vec4<f32>) {
    if (row >= params.height || column >= params.width) {
        return;
    }
    let index = (row * params.width + column) * params.blocks + block;
    var value = sum + bias[block];
    if (params.relu == 1u) {
        value = max(value, vec4<f32>(0.0));
    }
    if (params.accumulate == 1u) {
        value += y[index];
    }
    y[index] = value;
}

fn store_row(row: u32, column: u32, block: u32, values: Four) {
    store(row, column, block, values.p0);
    store(row, column + 1u, block, values.p1);
    store(row, column + 2u, block, values.p2);
    store(row, column + 3u, block, values.p3);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let place = id.x + id.y * groups.x * 64u;
    if (place >= params.tiles * params.blocks) {
        return;
    }
    let block = place % params.blocks;
    let tile = params.first + place / params.blocks;
    let across = (params.width + SIZE - 1u) / SIZE;
    let row = tile / across * SIZE;
    let column = tile % across * SIZE;
    let c0 = column_of(0u, place);
    let c1 = column_of(1u, place);
    let c2 = column_of(2u, place);
    let c3 = column_of(3u, place);
    let c4 = column_of(4u, place);
    let c5 = column_of(5u, place);
    store_row(row, column, block, transform(c0.p0, c1.p0, c2.p0, c3.p0, c4.p0, c5.p0));
    store_row(row + 1u, column, block, transform(c0.p1, c1.p1, c2.p1, c3.p1, c4.p1, c5.p1));
    store_row(row + 2u, column, block, transform(c0.p2, c1.p2, c2.p2, c3.p2, c4.p2, c5.p2));
    store_row(row + 3u, column, block, transform(c0.p3, c1.p3, c2.p3, c3.p3, c4.p3, c5.p3));
}
