// The last of three steps of a 3x3 convolution after Winograd: back from Winograd's domain to tiles of 4x4 pixels,
// y = relu(bias + A' m A). Points and scaling as in winograd_input.wgsl.
// m: 36, tiles, C -> y: H, W, C.
//
// After a ReLU it leaves a mask of the values that were positive, a bit each: all of the map that its gradient has to
// know (see winograd_input.wgsl). With a pool behind the ReLU only the pooled map is written, and the mask of a max pool
// has the windows' winners alone.
//
// A thread makes a whole tile, or two of its rows where SPLIT: see winograd_input.wgsl.

struct Params {
    height: u32,      // of y, or of what it would be before it is pooled
    width: u32,
    blocks: u32,
    tiles: u32,       // of this strip
    first: u32,       // number of its first tile, counted along the rows of the tiles that are made
    first_out: u32,   // row of y where the first tile's first row goes; a multiple of 4 where there is a ReLU
    relu: u32,        // 1: y = max(y, 0)
    pool: u32,        // behind the ReLU: 0 none, 1 average, 2 max
    mask_stride: u32, // elements of the mask in a tile
    accumulate: u32,  // 1: add to what y holds
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> m: array<vec4<f32>>;       // 36, tiles, C
@group(0) @binding(2) var<storage, read> bias: array<vec4<f32>>;    // C
@group(0) @binding(3) var<storage, read_write> y: array<Target>;    // H, W, C; or H/2, W/2, C
@group(0) @binding(4) var<storage, read_write> mask: array<u32>;       // H/4, W/4, C/4: two words, a bit for each of 16 x 4 values

override SPLIT: bool = false; // what a constant rules out, drivers leave out

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

// Half of `transform`: the first two rows, or the last two.
struct Two { p0: vec4<f32>, p1: vec4<f32> }

fn half_of_column(lower: bool, column: u32, place: u32) -> Two {
    let stride = params.tiles * params.blocks;
    let row = 6u * stride;
    let start = column * stride + place;
    let m1 = m[start + row];
    let m2 = m[start + 2u * row];
    let m3 = m[start + 3u * row];
    let m4 = m[start + 4u * row];
    let own = m[start + select(0u, 5u * row, lower)];
    let even_a = m1 + m2;
    let odd_a = m1 - m2;
    let even_b = m3 + m4;
    let odd_b = m3 - m4;
    if (lower) {
        return Two(A * even_a - B * even_b, 2.0 * odd_a - 0.5 * odd_b + own);
    }
    return Two(own + B * even_a - A * even_b, odd_a - odd_b);
}

fn store(row: u32, column: u32, block: u32, value: vec4<f32>) {
    if (row >= params.height || column >= params.width) {
        return;
    }
    let index = (row * params.width + column) * params.blocks + block;
    if (params.accumulate == 1u) {
        y[index] = narrow(vec4<f32>(y[index]) + value);
    } else {
        y[index] = narrow(value);
    }
}

fn store_row(row: u32, column: u32, block: u32, values: Four) {
    store(row, column, block, values.p0);
    store(row, column + 1u, block, values.p1);
    store(row, column + 2u, block, values.p2);
    store(row, column + 3u, block, values.p3);
}

fn add(values: Four, b: vec4<f32>) -> Four {
    return Four(values.p0 + b, values.p1 + b, values.p2 + b, values.p3 + b);
}

fn relu(values: Four) -> Four {
    let zero = vec4<f32>(0.0);
    return Four(max(values.p0, zero), max(values.p1, zero), max(values.p2, zero), max(values.p3, zero));
}

fn bits(which: vec4<bool>) -> u32 {
    let lanes = select(vec4<u32>(0u), vec4<u32>(1u, 2u, 4u, 8u), which);
    return lanes.x | lanes.y | lanes.z | lanes.w;
}

fn positive(values: Four) -> u32 {
    let zero = vec4<f32>(0.0);
    return bits(values.p0 > zero) | (bits(values.p1 > zero) << 4u) | (bits(values.p2 > zero) << 8u)
        | (bits(values.p3 > zero) << 12u);
}

// A window of 2x2 in reading order, pooled into y. Returns the bits of the values that counted, 8 of each row.
fn pool(row: u32, column: u32, block: u32, a: vec4<f32>, b: vec4<f32>, c: vec4<f32>, d: vec4<f32>) -> u32 {
    let half_width = params.width / 2u;
    if (row / 2u >= params.height / 2u || column / 2u >= half_width) {
        return 0u;
    }
    let index = (row / 2u * half_width + column / 2u) * params.blocks + block;
    let zero = vec4<f32>(0.0);
    if (params.pool == 1u) {
        y[index] = narrow((a + b + c + d) * 0.25);
        return bits(a > zero) | (bits(b > zero) << 4u) | (bits(c > zero) << 16u) | (bits(d > zero) << 20u);
    }
    let largest = max(max(a, b), max(c, d));
    y[index] = narrow(largest);
    let wins = winners(a, b, c, d);
    let counts = largest > zero;
    return bits(wins.a & counts) | (bits(wins.b & counts) << 4u) | (bits(wins.c & counts) << 16u)
        | (bits(wins.d & counts) << 20u);
}

// Two rows of a tile through ReLU and pool; returns their mask.
fn rectify(row: u32, column: u32, block: u32, above: Four, below: Four) -> u32 {
    let a = relu(above);
    let b = relu(below);
    if (params.pool == 0u) {
        store_row(row, column, block, a);
        store_row(row + 1u, column, block, b);
        return positive(a) | (positive(b) << 16u);
    }
    let left = pool(row, column, block, a.p0, a.p1, b.p0, b.p1);
    return left | (pool(row, column + 2u, block, a.p2, a.p3, b.p2, b.p3) << 8u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    let count = params.tiles * params.blocks;
    if (index >= select(count, 2u * count, SPLIT)) {
        return;
    }
    let place = index % count;
    let block = place % params.blocks;
    let tile = params.first + place / params.blocks;
    let across = (params.width + SIZE - 1u) / SIZE;
    let row = tile / across * SIZE + params.first_out;
    let column = tile % across * SIZE;
    let b = bias[block];
    let mask_place = ((row / SIZE * across + tile % across) * params.mask_stride + block) * 2u;
    if (SPLIT) {
        let lower = index >= count;
        let h0 = half_of_column(lower, 0u, place);
        let h1 = half_of_column(lower, 1u, place);
        let h2 = half_of_column(lower, 2u, place);
        let h3 = half_of_column(lower, 3u, place);
        let h4 = half_of_column(lower, 4u, place);
        let h5 = half_of_column(lower, 5u, place);
        let r0 = add(transform(h0.p0, h1.p0, h2.p0, h3.p0, h4.p0, h5.p0), b);
        let r1 = add(transform(h0.p1, h1.p1, h2.p1, h3.p1, h4.p1, h5.p1), b);
        let first = row + select(0u, 2u, lower);
        if (params.relu == 1u) {
            mask[mask_place + u32(lower)] = rectify(first, column, block, r0, r1);
        } else {
            store_row(first, column, block, r0);
            store_row(first + 1u, column, block, r1);
        }
        return;
    }
    let c0 = column_of(0u, place);
    let c1 = column_of(1u, place);
    let c2 = column_of(2u, place);
    let c3 = column_of(3u, place);
    let c4 = column_of(4u, place);
    let c5 = column_of(5u, place);
    let r0 = add(transform(c0.p0, c1.p0, c2.p0, c3.p0, c4.p0, c5.p0), b);
    let r1 = add(transform(c0.p1, c1.p1, c2.p1, c3.p1, c4.p1, c5.p1), b);
    let r2 = add(transform(c0.p2, c1.p2, c2.p2, c3.p2, c4.p2, c5.p2), b);
    let r3 = add(transform(c0.p3, c1.p3, c2.p3, c3.p3, c4.p3, c5.p3), b);
    if (params.relu == 1u) {
        mask[mask_place] = rectify(row, column, block, r0, r1);
        mask[mask_place + 1u] = rectify(row + 2u, column, block, r2, r3);
    } else {
        store_row(row, column, block, r0);
        store_row(row + 1u, column, block, r1);
        store_row(row + 2u, column, block, r2);
        store_row(row + 3u, column, block, r3);
    }
}
